//! A small desk is taught, then asked.

use proptest::prelude::*;

use super::*;

const TAUGHT: [(&str, &str); 48] = [
    ("网络", "三楼办公室上不了网，网线灯不亮"),
    ("网络", "无线信号很弱，会议室连不上wifi"),
    ("网络", "VPN拨不上，提示认证失败"),
    ("网络", "网速特别慢，打开网页要等很久"),
    ("网络", "路由器一直重启，断网好几次"),
    ("网络", "宿舍的网口插上没有反应，上不了网"),
    ("网络", "访客wifi连上以后没有网络"),
    ("网络", "交换机端口坏了，整排电脑断网"),
    ("网络", "外出用VPN连不上公司内网"),
    ("网络", "视频会议卡顿，网络延迟很高"),
    ("网络", "IP地址冲突，电脑连不上网络"),
    ("网络", "机房光纤断了，全楼没有网"),
    ("水电", "洗手间水龙头漏水，地上都是水"),
    ("水电", "走廊的灯不亮了，请换灯管"),
    ("水电", "插座没有电，电脑开不了机"),
    ("水电", "厨房下水道堵了，水排不出去"),
    ("水电", "空开跳闸，办公室停电"),
    ("水电", "热水器不出热水"),
    ("水电", "马桶一直流水关不上"),
    ("水电", "饮水机旁边水管漏水"),
    ("水电", "楼梯间灯管闪烁，需要更换"),
    ("水电", "实验室停电了，请来看看电闸"),
    ("水电", "水压太低，五楼没有水"),
    ("水电", "配电箱有焦味，怕漏电"),
    ("门禁", "刷卡门禁没反应，进不了门"),
    ("门禁", "工卡丢了，请补办门禁卡"),
    ("门禁", "大门的锁坏了关不上"),
    ("门禁", "人脸识别闸机认不出我"),
    ("门禁", "停车场道闸不抬杆"),
    ("门禁", "会议室的门锁打不开"),
    ("门禁", "新员工需要开通门禁权限"),
    ("门禁", "监控摄像头黑屏，看不到大门"),
    ("门禁", "指纹锁失灵，打不开门"),
    ("门禁", "门禁卡消磁了，刷不开门"),
    ("门禁", "消防门报警一直响，门锁坏了"),
    ("门禁", "访客刷身份证进不了闸机"),
    ("保洁", "电梯里有垃圾，请打扫"),
    ("保洁", "地毯很脏，需要清洗"),
    ("保洁", "会议室桌子上有咖啡渍，请保洁擦一下"),
    ("保洁", "垃圾桶满了没人倒"),
    ("保洁", "卫生间很臭，请打扫卫生"),
    ("保洁", "玻璃幕墙太脏，安排清洗"),
    ("保洁", "大厅地面有污渍要拖地"),
    ("保洁", "茶水间没有纸巾了，卫生也差"),
    ("保洁", "花盆枯了，请更换绿植并打扫"),
    ("保洁", "办公室有老鼠，请消杀打扫"),
    ("保洁", "装修垃圾堆在走廊，请清运"),
    ("保洁", "楼道烟头很多，没有人打扫"),
];

const ASKED: [(&str, &str); 12] = [
    ("网络", "会议室的wifi断网了"),
    ("网络", "五楼网络很慢，VPN也连不上"),
    ("网络", "电脑上不了网"),
    ("水电", "四楼男厕漏水"),
    ("水电", "办公室灯不亮，好像跳闸停电"),
    ("水电", "水管堵了，水排不掉"),
    ("门禁", "门禁卡刷不开"),
    ("门禁", "闸机坏了进不了大门"),
    ("门禁", "门锁打不开"),
    ("保洁", "地面很脏请打扫"),
    ("保洁", "垃圾没人清"),
    ("保洁", "卫生间需要打扫卫生"),
];

fn text(text: &str) -> Document {
    Document { text: text.to_owned(), ..Document::default() }
}

fn lessons() -> Vec<Example> {
    TAUGHT.iter().map(|(label, words)| Example { document: text(words), label: (*label).to_owned() }).collect()
}

fn trained() -> Classifier {
    train(&lessons(), &TrainOptions::default()).expect("trains")
}

#[test]
fn a_dozen_examples_per_class_teach_the_classes() {
    let model = trained();
    let right = ASKED.iter().filter(|(label, words)| model.predict(&text(words)).label == *label).count();
    assert!(right >= 11, "only {right} of {} right", ASKED.len());
}

#[test]
fn strange_words_are_unknown_and_familiar_ones_are_not() {
    let model = trained();
    assert!(model.predict(&text("where is my invoice?")).unknown);
    assert!(model.predict(&text("")).unknown);
    assert!(!model.predict(&text("三楼上不了网，网线坏了")).unknown);
}

#[test]
fn training_is_repeatable_and_bytes_bring_the_same_model_back() {
    let model = trained();
    let one_thread = TrainOptions { threads: 1, ..TrainOptions::default() };
    let again = train(&lessons(), &one_thread).expect("trains");
    let bytes = model.to_bytes();
    assert_eq!(bytes, again.to_bytes());
    let restored = Classifier::from_bytes(&bytes).expect("reads");
    for (_, words) in TAUGHT.iter().chain(&ASKED) {
        assert_eq!(restored.predict(&text(words)), model.predict(&text(words)));
    }
    assert_eq!(restored.to_bytes(), bytes);
    assert!(Classifier::from_bytes(&bytes[..bytes.len() - 9]).is_err());
}

#[test]
fn reasons_point_at_the_words_that_decided() {
    let model = trained();
    let words = "你好，  ＶＰＮ拨不上，谢谢";
    let reasons = model.explain(&text(words), 3);
    assert!(!reasons.is_empty() && reasons.len() <= 3);
    let symbols: Vec<char> = words.chars().collect();
    for reason in &reasons {
        let quoted: String = symbols[reason.start..reason.end].iter().collect();
        assert_eq!(quoted, reason.text);
        assert!(reason.weight > 0.0 && reason.weight <= 1.0);
    }
    assert_eq!(reasons[0].text, "ＶＰＮ", "{reasons:?}");
    assert!(reasons.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
}

#[test]
fn title_and_fields_are_evidence_too() {
    let examples: Vec<Example> = (0..40)
        .map(|at| Example {
            document: Document {
                title: "报修".to_owned(),
                text: "请处理".to_owned(),
                fields: vec![("building".to_owned(), if at % 2 == 0 { "A" } else { "B" }.to_owned())],
            },
            label: if at % 2 == 0 { "一组" } else { "二组" }.to_owned(),
        })
        .collect();
    let model = train(&examples, &TrainOptions::default()).expect("trains");
    let mut asked = examples[1].document.clone();
    assert_eq!(model.predict(&asked).label, "二组");
    let reasons = model.explain(&asked, 2);
    assert_eq!(reasons[0].part, Part::Field("building".to_owned()));
    asked.fields[0].1 = "A".to_owned();
    assert_eq!(model.predict(&asked).label, "一组");
}

#[test]
fn lines_of_no_class_teach_refusal_but_are_no_class() {
    let mut examples = lessons();
    for words in ["今天天气怎么样", "附近有什么好吃的", "讲个笑话", "帮我订机票"] {
        examples.push(Example { document: text(words), label: "oos".to_owned() });
    }
    let model = train(&examples, &TrainOptions::default()).expect("trains");
    assert_eq!(model.labels(), ["保洁", "水电", "网络", "门禁"]);
    assert!(model.predict(&text("今天天气怎么样")).unknown);
}

#[test]
fn nothing_to_learn_is_an_error() {
    let options = TrainOptions::default();
    let same = vec![lessons()[0].clone(); 3];
    assert_eq!(train(&[], &options).err(), Some(TrainError::TooFewClasses(0)));
    assert_eq!(train(&same, &options).err(), Some(TrainError::TooFewClasses(1)));
    let empty: Vec<Example> =
        ["a", "b"].map(|label| Example { document: text("。。。"), label: label.to_owned() }).to_vec();
    assert_eq!(train(&empty, &options).err(), Some(TrainError::NoFeatures));
}

fn policy() -> ClassifierPolicy {
    serde_json::from_value(serde_json::json!({"classes": [
        {"label": "网络", "keywords": ["断网", "wifi", "VPN"], "examples": ["上不了网"]},
        {"label": "水电", "keywords": ["漏水", "停电"]},
        {"label": "打印", "keywords": ["打印机", "卡纸", "printer"]},
    ]}))
    .expect("parses")
}

#[test]
fn keywords_decide_before_there_is_history() {
    let suggester = Suggester::new(&policy(), &[], &TrainOptions::default()).expect("prepares");
    let said = suggester.predict(&text("二楼ＷiFi 断网"));
    assert_eq!((said.label.as_str(), said.unknown), ("网络", false));
    assert!(said.probability > 0.9);
    let one = suggester.predict(&text("打印机坏了"));
    assert!(one.label == "打印" && one.probability > 0.7 && one.probability < said.probability);
    assert!(suggester.predict(&text("其他问题")).unknown);
    assert!(suggester.predict(&text("blueprinters")).unknown, "a keyword is a whole word");
    let reasons = suggester.explain(&text("请看 VPN"), 3);
    assert_eq!((reasons[0].text.as_str(), reasons[0].start), ("VPN", 3));
}

#[test]
fn history_outweighs_keywords_in_time_and_new_classes_still_count() {
    // People confirm that a leak under the printer is a matter for the printer's class.
    let mut history = lessons();
    for _ in 0..60 {
        history.push(Example { document: text("打印机漏水漏墨"), label: "打印".to_owned() });
    }
    let suggester = Suggester::new(&policy(), &history, &TrainOptions::default()).expect("prepares");
    assert_eq!(suggester.predict(&text("打印机漏水漏墨")).label, "打印");

    let without_printer = lessons();
    let suggester = Suggester::new(&policy(), &without_printer, &TrainOptions::default()).expect("prepares");
    assert_eq!(suggester.predict(&text("printer 卡纸")).label, "打印");
    assert_eq!(suggester.predict(&text("洗手间水龙头漏水")).label, "水电");
}

#[test]
fn impossible_policies_are_refused() {
    let refused = |value| {
        let policy: ClassifierPolicy = serde_json::from_value(value).expect("parses");
        Suggester::new(&policy, &[], &TrainOptions::default()).err()
    };
    assert_eq!(refused(serde_json::json!({"classes": []})), Some(PolicyError::Empty));
    assert_eq!(
        refused(serde_json::json!({"classes": [{"label": "a"}, {"label": "a"}]})),
        Some(PolicyError::Twice("a".to_owned()))
    );
    assert_eq!(
        refused(serde_json::json!({"classes": [{"label": "a", "keywords": [" "]}]})),
        Some(PolicyError::EmptyKeyword("a".to_owned()))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_text_gets_a_sound_answer(words in "\\PC{0,60}") {
        let model = trained_once();
        let said = model.predict(&text(&words));
        prop_assert!((0.0..=1.0).contains(&said.probability));
        let sum: f64 = model.shares(&text(&words)).iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-6, "{sum}");
        let length = words.chars().count();
        for reason in model.explain(&text(&words), 5) {
            prop_assert!(reason.start < reason.end && reason.end <= length);
        }
    }
}

fn trained_once() -> &'static Classifier {
    static MODEL: std::sync::LazyLock<Classifier> = std::sync::LazyLock::new(trained);
    &MODEL
}
