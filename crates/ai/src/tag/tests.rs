//! Chains of marks, learned from a few sentences.

use super::*;
use proptest::prelude::*;

/// Builds a marked text from pieces such as `"空调"/p`.
fn marked(pieces: &[(&str, &str)]) -> TaggedText {
    let mut tagged = TaggedText::default();
    for (text, kind) in pieces {
        let start = tagged.text.chars().count();
        tagged.text.push_str(text);
        if !kind.is_empty() {
            let end = start + text.chars().count();
            tagged.spans.push(Span { start, end, kind: (*kind).to_owned() });
        }
    }
    tagged
}

fn lessons() -> Vec<TaggedText> {
    let parts = ["水泵", "空压机", "冷却塔", "电机轴承", "传感器", "控制阀", "配电柜", "风机皮带"];
    let failures = ["漏水", "异响", "过热", "松动", "断裂", "不转", "跳闸", "磨损"];
    let mut lessons = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        for step in 0..4 {
            let failure = failures[(at + step * 3) % failures.len()];
            lessons.push(match step {
                0 => marked(&[("检查发现", ""), (part, "part"), (failure, "failure"), ("，请处理", "")]),
                1 => marked(&[("今天", ""), (part, "part"), ("又", ""), (failure, "failure"), ("了", "")]),
                2 => marked(&[("巡检时", ""), (part, "part"), ("有", ""), (failure, "failure")]),
                _ => marked(&[("正常，无需处理", "")]),
            });
        }
    }
    lessons
}

fn trained() -> &'static Tagger {
    static MODEL: std::sync::LazyLock<Tagger> =
        std::sync::LazyLock::new(|| train(&lessons(), &small()).expect("trains"));
    &MODEL
}

/// Little data needs little pull.
fn small() -> TagOptions {
    TagOptions { pull: 0.2, rarest: 1, ..TagOptions::default() }
}

fn found(text: &str) -> Vec<(String, String)> {
    let symbols: Vec<char> = text.chars().collect();
    let quote = |span: &Span| symbols[span.start..span.end].iter().collect();
    trained().tag(text).into_iter().map(|found| (quote(&found.span), found.span.kind)).collect()
}

#[test]
fn known_and_new_combinations_are_marked() {
    let pair = |part: &str, failure: &str| {
        vec![(part.to_owned(), "part".to_owned()), (failure.to_owned(), "failure".to_owned())]
    };
    assert_eq!(found("检查发现冷却塔漏水，请处理"), pair("冷却塔", "漏水"));
    assert_eq!(found("今天控制阀又断裂了"), pair("控制阀", "断裂"));
    let unseen = found("巡检时二号水泵有异响");
    assert!(unseen.len() == 2 && unseen[0].0.ends_with("水泵") && unseen[1].0 == "异响", "{unseen:?}");
    assert!(found("正常，无需处理").is_empty());
    assert!(found("").is_empty());
}

#[test]
fn training_is_repeatable_and_bytes_bring_the_same_model_back() {
    let again = train(&lessons(), &small()).expect("trains");
    let bytes = trained().to_bytes();
    assert_eq!(again.to_bytes(), bytes);
    let restored = Tagger::from_bytes(&bytes).expect("reads");
    assert_eq!(restored.to_bytes(), bytes);
    for lesson in lessons() {
        assert_eq!(restored.tag(&lesson.text), trained().tag(&lesson.text));
    }
}

#[test]
fn bad_examples_are_named() {
    let outside =
        TaggedText { text: "漏水".to_owned(), spans: vec![Span { start: 1, end: 3, kind: "x".to_owned() }] };
    let bad = train(&[marked(&[("好", "")]), outside], &small()).err();
    assert_eq!(bad, Some(TagError::BadSpan { example: 1, start: 1, end: 3 }));
    assert_eq!(train(&[marked(&[("好", "")])], &small()).err(), Some(TagError::NoSpans));
}

#[test]
fn overlapping_marks_keep_the_earlier_and_longer() {
    let example = TaggedText {
        text: "abcdef".to_owned(),
        spans: [(2, 4), (0, 3), (0, 1)].map(|(start, end)| Span { start, end, kind: "x".to_owned() }).to_vec(),
    };
    let tags = tags_of(&example, 6, &["x".to_owned()]);
    assert_eq!(tags, [1, 2, 3, 0, 0, 0]);
    assert_eq!(spans_of(&tags), [(0, 3, 0)]);
}

proptest! {
    #[test]
    fn spans_of_any_text_are_in_order_and_inside(text in "[\\PC冷却塔漏水检查]{0,50}") {
        let length = text.chars().count();
        let mut free = 0;
        for found in trained().tag(&text) {
            prop_assert!(found.span.start >= free && found.span.start < found.span.end);
            prop_assert!(found.span.end <= length);
            prop_assert!((0.0..=1.0 + 1e-9).contains(&found.probability));
            free = found.span.end;
        }
    }
}
