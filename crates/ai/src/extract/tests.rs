//! Reports in Chinese and English, and what must be found in them.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// Friday, 13 February 2026, 10:20 in Shanghai.
const NOW: Moment = Moment { now_ms: 1_770_949_200_000, offset_minutes: 480 };

fn standard() -> &'static Extractor {
    static EXTRACTOR: std::sync::LazyLock<Extractor> = std::sync::LazyLock::new(|| {
        Extractor::new(&ExtractPolicy::standard(), &HashMap::new()).expect("the standard policy is sound")
    });
    &EXTRACTOR
}

/// `entity:text=value` of everything found.
fn found(text: &str) -> String {
    let found = standard().extract(text, &NOW);
    let shown: Vec<String> = found.iter().map(|one| format!("{}:{}={}", one.entity, one.text, one.value)).collect();
    shown.join(" | ")
}

/// Checks every case and shows all that differ at once.
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, wanted)| {
            let got = found(text);
            (got != *wanted).then(|| format!("{text}\n   wanted {wanted}\n   got    {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn phones() {
    check(&[
        ("联系电话13800138000", "phone:13800138000=13800138000"),
        ("请打 138-0013-8000 找我", "phone:138-0013-8000=13800138000"),
        ("手机：１３９１２３４５６７８", "phone:１３９１２３４５６７８=13912345678"),
        ("+86 186 1234 5678", "phone:+86 186 1234 5678=8618612345678"),
        ("座机010-62345678", "phone:010-62345678=01062345678"),
        ("办公室0755 8234567转801", "phone:0755 8234567转801=07558234567801"),
        ("客服400-820-1234", "phone:400-820-1234=4008201234"),
        ("分机8012", "phone:8012=8012"),
        ("call me at (617) 555-0123", "phone:(617) 555-0123=6175550123"),
        ("ext. 4411 please", "phone:4411=4411"),
        ("订单号 9138001380001234", ""),
    ]);
}

#[test]
fn devices() {
    check(&[
        ("打印机HP-4512不工作", "device:HP-4512=HP-4512"),
        ("设备编号：KT0032", "device:KT0032=KT0032"),
        ("资产编号为 zc-2023-0017，请看", "device:zc-2023-0017=ZC-2023-0017"),
        ("3号电梯需要检查", "device:3号电梯=3号电梯"),
        ("2#水泵在抖", "device:2#水泵=2#水泵"),
        ("二号锅炉要保养", "device:二号锅炉=二号锅炉"),
        ("serial number: 5CG1234XYZ", "device:5CG1234XYZ=5CG1234XYZ"),
        ("asset tag PC0045", "device:PC0045=PC0045"),
        ("printer #12 needs toner", "device:printer #12=PRINTER#12"),
        ("电脑PC20231107要重装", "device:PC20231107=PC20231107"),
        ("系统是win10", ""),
        ("wifi6 router", ""),
    ]);
}

#[test]
fn floors() {
    check(&[
        ("3楼的灯", "floor:3楼=3F"),
        ("三层走廊", "floor:三层=3F"),
        ("十二楼", "floor:十二楼=12F"),
        ("地下一层车库", "floor:地下一层=B1"),
        ("负2层", "floor:负2层=B2"),
        ("B1停车场", "floor:B1=B1"),
        ("在5F茶水间", "floor:5F=5F"),
        ("the 3rd floor", "floor:3rd floor=3F"),
        ("second floor kitchen", "floor:second floor=2F"),
        ("level 7", "floor:level 7=7F"),
        ("ground floor lobby", "floor:ground floor=1F"),
        ("in the basement", "floor:basement=B1"),
        ("大楼门口", ""),
    ]);
}

#[test]
fn rooms_and_buildings() {
    check(&[
        ("501室", "room:501室=501"),
        ("请到A302会议室", "room:A302会议室=A302"),
        ("1203办公室", "room:1203办公室=1203"),
        ("第三会议室投影", "room:第三会议室=3"),
        ("机房2", "room:机房2=2"),
        ("Room 214", "room:Room 214=214"),
        ("meeting room B", "room:meeting room B=B"),
        ("3号楼5层", "building:3号楼=3 | floor:5层=5F"),
        ("2栋1203", "building:2栋=2 | room:1203=1203"),
        ("B座10楼1001室", "building:B座=B | floor:10楼=10F | room:1001室=1001"),
        ("5栋2单元301", "building:5栋=5 | room:301=301"),
        ("3楼305", "floor:3楼=3F | room:305=305"),
        ("C楼大厅", "building:C楼=C"),
        ("门诊楼二楼", "building:门诊楼=门诊楼 | floor:二楼=2F"),
        ("Building 7, floor 2, room 210", "building:Building 7=7 | floor:floor 2=2F | room:room 210=210"),
        ("tower A", "building:tower A=A"),
        ("十号楼", "building:十号楼=10"),
    ]);
}

#[test]
fn chinese_times() {
    check(&[
        ("今天下午三点", "time:今天下午三点=2026-02-13T15:00:00+08:00"),
        ("明早来修", "time:明早=2026-02-14T08:00:00+08:00"),
        ("2026-02-13 14:00", "time:2026-02-13 14:00=2026-02-13T14:00:00+08:00"),
        ("3月5日", "time:3月5日=2026-03-05"),
        ("三月五号上午", "time:三月五号上午=2026-03-05T09:00:00+08:00"),
        ("12月30日的报告", "time:12月30日=2025-12-30"),
        ("2026年2月16日9点半", "time:2026年2月16日9点半=2026-02-16T09:30:00+08:00"),
        ("昨晚10点", "time:昨晚10点=2026-02-12T22:00:00+08:00"),
        ("后天", "time:后天=2026-02-15"),
        ("大前天", "time:大前天=2026-02-10"),
        ("下周三", "time:下周三=2026-02-18"),
        ("上周五下午", "time:上周五下午=2026-02-06T14:00:00+08:00"),
        ("周一上午10:30", "time:周一上午10:30=2026-02-16T10:30:00+08:00"),
        ("星期天", "time:星期天=2026-02-15"),
        ("两小时后", "time:两小时后=2026-02-13T12:20:00+08:00"),
        ("半小时前", "time:半小时前=2026-02-13T09:50:00+08:00"),
        ("三天后", "time:三天后=2026-02-16"),
        ("一个半小时以后", "time:一个半小时以后=2026-02-13T11:50:00+08:00"),
        ("下个月5号", "time:下个月5号=2026-03-05"),
        ("今晚八点一刻", "time:今晚八点一刻=2026-02-13T20:15:00+08:00"),
        ("中午12点", "time:中午12点=2026-02-13T12:00:00+08:00"),
        ("凌晨2点40", "time:凌晨2点40=2026-02-13T02:40:00+08:00"),
        ("15号下午3点", "time:15号下午3点=2026-02-15T15:00:00+08:00"),
        ("16:45左右", "time:16:45=2026-02-13T16:45:00+08:00"),
        ("2月30日", ""),
        ("提3点建议", ""),
        ("麻烦快一点", ""),
        ("一点钟到", "time:一点钟=2026-02-13T13:00:00+08:00"),
        ("每周五例会", ""),
    ]);
}

#[test]
fn english_times() {
    check(&[
        ("tomorrow at 9am", "time:tomorrow at 9am=2026-02-14T09:00:00+08:00"),
        ("3:30pm today", "time:3:30pm today=2026-02-13T15:30:00+08:00"),
        ("next Monday", "time:next Monday=2026-02-16"),
        ("on Friday at 14:00", "time:on Friday at 14:00=2026-02-13T14:00:00+08:00"),
        ("March 5th", "time:March 5th=2026-03-05"),
        ("5 March 2027", "time:5 March 2027=2027-03-05"),
        ("in 2 hours", "time:in 2 hours=2026-02-13T12:20:00+08:00"),
        ("30 minutes ago", "time:30 minutes ago=2026-02-13T09:50:00+08:00"),
        ("two days ago", "time:two days ago=2026-02-11"),
        ("since yesterday", "time:yesterday=2026-02-12"),
        ("last night", "time:last night=2026-02-12T20:00:00+08:00"),
        ("tomorrow morning", "time:tomorrow morning=2026-02-14T08:00:00+08:00"),
        ("2026-02-16T08:15:00", "time:2026-02-16T08:15:00=2026-02-16T08:15:00+08:00"),
        ("2/16/2026 at noon", "time:2/16/2026 at noon=2026-02-16T12:00:00+08:00"),
        ("it may take long", ""),
        ("version 10.1.22", ""),
    ]);
}

#[test]
fn symptoms_and_urgency() {
    check(&[
        ("水管漏水，紧急", "symptom:漏水=漏水 | urgency:紧急=4"),
        ("不急，有空再看", "urgency:不急=1 | urgency:有空=1"),
        ("空调不制冷，请尽快", "symptom:不制冷=不制冷 | urgency:尽快=3"),
        ("没有漏水", ""),
        ("paper jam again, ASAP", "symptom:paper jam=卡纸 | urgency:ASAP=4"),
        ("not urgent, light flickering", "urgency:not urgent=1 | symptom:flickering=不亮"),
        ("no leak so far", ""),
        ("电脑蓝屏，开不了机", "symptom:蓝屏=死机 | symptom:开不了机=无法启动"),
        ("campfire", ""),
        ("there is no power", "symptom:no power=停电"),
    ]);
}

#[test]
fn whole_sentences() {
    check(&[
        (
            "您好，3号楼2层205室的打印机HP-4512卡纸，请明天上午10点来修，电话13800138000，比较急",
            "building:3号楼=3 | floor:2层=2F | room:205室=205 | device:HP-4512=HP-4512 | symptom:卡纸=卡纸 | \
             time:明天上午10点=2026-02-14T10:00:00+08:00 | phone:13800138000=13800138000 | urgency:比较急=3",
        ),
        (
            "Water leaking on the 2nd floor of building C since this morning, please call 617-555-0199",
            "symptom:leaking=漏水 | floor:2nd floor=2F | building:building C=C | \
             time:this morning=2026-02-13T08:00:00+08:00 | phone:617-555-0199=6175550199",
        ),
        ("", ""),
    ]);
}

fn with_lists() -> Extractor {
    let entry = |value: &str, names: &[&str]| ListEntry {
        value: value.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let lists = HashMap::from([
        (
            "assets".to_owned(),
            vec![
                entry("ast_1", &["三楼东侧打印机", "MFP-East"]),
                entry("ast_2", &["打印机"]),
                entry("ast_3", &["打印机", "灯"]),
            ],
        ),
        ("people".to_owned(), vec![entry("usr_1", &["张伟"]), entry("usr_2", &["Ann Lee"])]),
    ]);
    let policy = ExtractPolicy::standard_with_lists(&[("asset", "assets"), ("person", "people")]);
    Extractor::new(&policy, &lists).expect("prepares")
}

#[test]
fn list_names_stand_beside_the_places_inside_them() {
    let extractor = with_lists();
    let found = extractor.extract("请张伟看一下三楼东侧打印机", &NOW);
    let shown: Vec<_> = found.iter().map(|one| (one.entity.as_str(), one.value.as_str())).collect();
    assert_eq!(shown, [("person", "usr_1"), ("floor", "3F"), ("asset", "ast_1")]);

    let unsure = extractor.extract("打印机的灯", &NOW);
    assert_eq!(unsure.len(), 1, "a name of one character is no name");
    assert!(unsure[0].ambiguous && unsure[0].confidence < 0.5);

    assert_eq!(extractor.extract("ask ann lee or Leann Leeds", &NOW).len(), 1);
}

#[test]
fn policies_are_documents_and_bad_ones_are_named() {
    let standard = ExtractPolicy::standard();
    let text = serde_json::to_string(&standard).expect("serialises");
    assert_eq!(serde_json::from_str::<ExtractPolicy>(&text).expect("parses"), standard);

    let own: ExtractPolicy = serde_json::from_value(serde_json::json!({"entities": [
        {"entity": "order", "kind": "pattern", "pattern": r"po(\d{4})", "form": "digits", "confidence": 0.7}
    ]}))
    .expect("parses");
    let extractor = Extractor::new(&own, &HashMap::new()).expect("prepares");
    let found = extractor.extract("订单PO1234", &NOW);
    assert_eq!((found[0].start, found[0].end, found[0].value.as_str()), (2, 8, "1234"));

    let refused = |rule: serde_json::Value| {
        let policy = serde_json::from_value(serde_json::json!({"entities": [rule]})).expect("parses");
        Extractor::new(&policy, &HashMap::new()).err()
    };
    let pattern = refused(serde_json::json!({"entity": "x", "kind": "pattern", "pattern": "("}));
    assert!(matches!(pattern, Some(ExtractError::Pattern { .. })));
    let large = refused(serde_json::json!({"entity": "x", "kind": "pattern", "pattern": r"(\w{500}){500}"}));
    assert!(matches!(large, Some(ExtractError::Pattern { .. })));
    let group = refused(serde_json::json!({"entity": "x", "kind": "pattern", "pattern": "a", "group": 1}));
    assert!(matches!(group, Some(ExtractError::Group { .. })));
    let sure = refused(serde_json::json!({"entity": "x", "kind": "time", "confidence": 2}));
    assert_eq!(sure, Some(ExtractError::Confidence("x".to_owned())));
}

proptest! {
    #[test]
    fn spans_quote_the_text_they_mark(text in "[\\PC今明后周三五上下午点半号楼层室0-9:年月日-]{0,40}") {
        let symbols: Vec<char> = text.chars().collect();
        for one in standard().extract(&text, &NOW) {
            let quoted: String = symbols[one.start..one.end].iter().collect();
            prop_assert_eq!(&quoted, &one.text);
            prop_assert!(one.start < one.end && (0.0..=1.0).contains(&one.confidence));
        }
    }
}
