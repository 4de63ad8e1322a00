//! The policy a new tenant starts with, for repair desks that write Chinese, English or both.

use super::policy::{EntityRule, ExtractPolicy, RuleKind, ValueForm, WordGroup};

/// Entity, confidence, form, marked group, pattern. `(?-u:\b)` is an edge of Latin letters and digits only: a Han
/// character beside a number is an edge, too.
const PATTERNS: [(&str, f64, ValueForm, usize, &str); 29] = [
    // Phones.
    ("phone", 0.97, ValueForm::Digits, 0, r"(?-u:\b)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?-u:\b)"),
    ("phone", 0.95, ValueForm::Digits, 0, r"\+86[- ]?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?-u:\b)"),
    (
        "phone",
        0.9,
        ValueForm::Digits,
        0,
        r"(?-u:\b)0\d{2,3}[- ]?[2-9]\d{6,7}(?:(?:转|-|分机| ?ext\.? ?)\d{2,5})?(?-u:\b)",
    ),
    ("phone", 0.95, ValueForm::Digits, 0, r"(?-u:\b)[48]00[- ]?\d{3}[- ]?\d{4}(?-u:\b)"),
    ("phone", 0.9, ValueForm::Digits, 0, r"(?:\+1[- .]?)?(?:\(\d{3}\) ?|(?-u:\b)\d{3}[-.])\d{3}[-.]\d{4}(?-u:\b)"),
    (
        "phone",
        0.8,
        ValueForm::Digits,
        1,
        r"(?:分机号?|内线|短号|(?-u:\b)ext(?:ension)?\.?|(?-u:\b)x)[ :]?(\d{3,6})(?-u:\b)",
    ),
    // Device numbers: named ones first, then codes with letters and digits.
    (
        "device",
        0.95,
        ValueForm::Code,
        1,
        r"(?:设备编号|资产编号|固定资产号|设备号|资产号|机器编号|编号|序列号|工位号)(?:是|为)?[ ::#]*([a-z0-9][a-z0-9_/-]{2,30})",
    ),
    (
        "device",
        0.95,
        ValueForm::Code,
        1,
        r"(?-u:\b)(?:asset(?: tag| no\.?| number| id)?|serial(?: no\.?| number)?|s/n|sn|device (?:id|no\.?|number))[ :#]+([a-z0-9_/-]*\d[a-z0-9_/-]*)",
    ),
    (
        "device",
        0.85,
        ValueForm::Code,
        1,
        r"(?-u:\b)([a-z]{1,8}(?:[-_][a-z]{1,6})?[-_]\d{2,10}(?:[-_][a-z0-9]{1,8}){0,3})(?-u:\b)",
    ),
    ("device", 0.75, ValueForm::Code, 1, r"(?-u:\b)([a-z]{2,6}\d{4,12})(?-u:\b)"),
    (
        "device",
        0.85,
        ValueForm::Code,
        0,
        r"(?-u:\b)\d{1,3} ?[号#] ?(?:电梯|空调|水泵|风机|机组|锅炉|打印机|复印机|机床|生产线|产线|充电桩|配电柜|冷却塔|空压机|服务器|叉车|闸机|摄像头|投影仪|机器|机)",
    ),
    (
        "device",
        0.8,
        ValueForm::Code,
        0,
        r"[一二三四五六七八九十]{1,3}号(?:电梯|空调|水泵|风机|机组|锅炉|打印机|机床|生产线|产线|充电桩|配电柜|冷却塔|空压机|服务器|闸机|机)",
    ),
    (
        "device",
        0.7,
        ValueForm::Code,
        0,
        r"(?-u:\b)(?:elevator|lift|printer|pump|chiller|boiler|camera|projector|server|unit) (?:no\.? ?|number |#) ?\d{1,4}(?-u:\b)",
    ),
    // Floors.
    ("floor", 0.9, ValueForm::Floor, 0, r"(?:地下|负|-)?([0-9]{1,3}|[一二三四五六七八九十百]{1,4}) ?[层楼]"),
    ("floor", 0.9, ValueForm::Floor, 0, r"(?-u:\b)b ?([1-9]) ?[层楼]?(?-u:\b)"),
    ("floor", 0.85, ValueForm::Floor, 0, r"(?-u:\b)([1-9]\d?)f(?-u:\b)"),
    ("floor", 0.85, ValueForm::Floor, 0, r"(?-u:\b)f([1-9]\d?)(?-u:\b)"),
    ("floor", 0.9, ValueForm::Floor, 0, r"(?-u:\b)([1-9]\d?)(?:st|nd|rd|th) (?:floor|fl)(?-u:\b)"),
    (
        "floor",
        0.9,
        ValueForm::Floor,
        0,
        r"(?-u:\b)(ground|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth) floor(?-u:\b)",
    ),
    (
        "floor",
        0.9,
        ValueForm::Floor,
        0,
        r"(?-u:\b)(?:floor|level) (\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)(?-u:\b)",
    ),
    ("floor", 0.8, ValueForm::Floor, 0, r"(?-u:\b)basement(?: level)?(?: (\d))?(?-u:\b)|地下室"),
    // Rooms.
    (
        "room",
        0.92,
        ValueForm::Label,
        0,
        r"(?-u:\b)([a-z]?-?\d{2,4}[a-z]?) ?号? ?(?:室|房间|房|会议室|教室|办公室|病房|宿舍|机房|实验室|包间|诊室)",
    ),
    ("room", 0.85, ValueForm::Label, 1, r"(?:楼|层|单元|栋|幢|座) ?([a-z]?\d{3,4}[a-z]?)(?-u:\b)"),
    (
        "room",
        0.9,
        ValueForm::Label,
        0,
        r"(?-u:\b)(?:room|rm\.?|suite|office|ward|classroom|lab|meeting room|conference room) ?#?([a-z]?-?\d{1,4}[a-z]?|[a-z])(?-u:\b)",
    ),
    (
        "room",
        0.85,
        ValueForm::Label,
        0,
        r"第?([一二三四五六七八九十]{1,3}|\d{1,2}|[a-z])号?(?:会议室|教室|实验室|手术室|诊室|机房|车间)",
    ),
    ("room", 0.85, ValueForm::Label, 0, r"(?:会议室|教室|实验室|手术室|诊室|机房) ?([a-z]|\d{1,4})(?-u:\b)"),
    // Buildings.
    ("building", 0.9, ValueForm::Label, 0, r"([a-z]|\d{1,3}|[一二三四五六七八九十]{1,3}) ?(?:号楼|#楼|栋|幢|号院|座)"),
    ("building", 0.8, ValueForm::Label, 0, r"(?-u:\b)([a-z]) ?楼"),
    ("building", 0.9, ValueForm::Label, 0, r"(?-u:\b)(?:building|bldg\.?|tower|block) ?#?(\d{1,3}|[a-z])(?-u:\b)"),
];

/// Value and the words for it.
type Words = &'static [(&'static str, &'static str)];

const BUILDINGS: Words = &[
    ("办公楼", "办公楼 行政楼 综合楼 写字楼"),
    ("教学楼", "教学楼 实训楼 实验楼 图书馆"),
    ("宿舍楼", "宿舍楼 公寓楼 学生公寓"),
    ("门诊楼", "门诊楼 门诊部 急诊楼 住院部 住院楼"),
    ("厂房", "厂房 车间大楼"),
    ("东楼", "东楼 东配楼"),
    ("西楼", "西楼 西配楼"),
    ("南楼", "南楼"),
    ("北楼", "北楼"),
    ("主楼", "主楼"),
    ("食堂", "食堂 餐厅"),
];

const SYMPTOMS: Words = &[
    ("漏水", "漏水 滴水 渗水 冒水 跑水 leaking leak leaks dripping water_leak"),
    ("漏电", "漏电 触电 electric_shock"),
    ("停电", "停电 没电 断电 无电 跳闸 power_outage no_power power_cut tripped"),
    (
        "断网",
        "断网 上不了网 连不上网 没网 没有网 网络中断 无法上网 网络断开 no_internet no_network offline network_down internet_down",
    ),
    ("网速慢", "网速慢 网络慢 网络很慢 网络卡 slow_network slow_internet"),
    ("不制冷", "不制冷 不凉 制冷差 not_cooling no_cold_air"),
    ("不制热", "不制热 不热 没暖气 not_heating no_heat no_heating"),
    ("异响", "异响 异音 有杂音 噪音 嗡嗡响 响声 strange_noise noisy noise rattling"),
    ("异味", "异味 臭味 焦味 糊味 煤气味 burning_smell smell smells odor"),
    ("冒烟", "冒烟 着火 起火 smoke smoking fire"),
    ("卡纸", "卡纸 夹纸 paper_jam jammed jam"),
    ("死机", "死机 蓝屏 黑屏 卡死 花屏 crash crashes crashed frozen freezes blue_screen black_screen"),
    (
        "无法启动",
        "无法启动 开不了机 不开机 启动不了 无法开机 不启动 won't_start doesn't_start not_starting won't_turn_on doesn't_turn_on",
    ),
    (
        "无法登录",
        "无法登录 登录不了 登不上 登录失败 cannot_log_in can't_log_in can't_login login_failed unable_to_log_in",
    ),
    ("堵塞", "堵塞 堵了 堵住 下水慢 不下水 clogged blocked"),
    ("不亮", "不亮 灯坏 灯灭了 闪烁 频闪 flickering lights_out"),
    ("打不开", "打不开 开不了 关不上 锁不上 won't_open won't_close stuck"),
    ("破损", "破损 破裂 断裂 裂了 碎了 坏了 损坏 broken cracked damaged"),
    ("松动", "松动 脱落 掉了 loose fell_off"),
    ("过热", "过热 发烫 温度过高 高温报警 overheating overheats too_hot"),
    ("报警", "报警 告警 警报 alarm"),
    ("困人", "困人 被困 关在电梯 trapped"),
    ("缺墨", "缺墨 没墨 没墨了 缺粉 out_of_toner low_toner out_of_ink"),
    ("缺料", "缺纸 没纸 没纸了 用完了 out_of_paper"),
];

/// Values are the numbers of the priorities, 4 the most urgent.
const URGENCIES: Words = &[
    (
        "4",
        "特急 十万火急 非常紧急 万分紧急 紧急 加急 救急 救命 马上 立刻 立即 emergency critical very_urgent urgent immediately right_away asap",
    ),
    ("3", "尽快 尽早 抓紧 赶紧 赶快 比较急 很急 着急 急需 急用 as_soon_as_possible high_priority soon quickly"),
    (
        "1",
        "不急 不着急 不紧急 不太急 非紧急 有空 有时间再 方便时 方便的时候 慢慢来 no_rush no_hurry not_urgent low_priority when_convenient whenever_you_can",
    ),
];

impl ExtractPolicy {
    /// Phones, devices, floors, rooms, buildings, times, symptoms and urgency, in Chinese and English.
    pub fn standard() -> Self {
        let mut entities: Vec<EntityRule> = PATTERNS
            .iter()
            .map(|(entity, confidence, form, group, pattern)| EntityRule {
                entity: (*entity).to_owned(),
                find: RuleKind::Pattern { pattern: (*pattern).to_owned(), group: *group, form: *form },
                confidence: *confidence,
            })
            .collect();
        entities.push(EntityRule { entity: "time".to_owned(), find: RuleKind::Time, confidence: 1.0 });
        entities.push(words("building", 0.8, BUILDINGS, false));
        entities.push(words("symptom", 0.85, SYMPTOMS, true));
        entities.push(words("urgency", 0.85, URGENCIES, false));
        Self { entities }
    }

    /// The standard rules, and names from lists: entity and list.
    pub fn standard_with_lists(lists: &[(&str, &str)]) -> Self {
        let mut policy = Self::standard();
        policy.entities.extend(lists.iter().map(|(entity, list)| EntityRule {
            entity: (*entity).to_owned(),
            find: RuleKind::List { list: (*list).to_owned() },
            confidence: 0.95,
        }));
        policy
    }
}

fn words(entity: &str, confidence: f64, table: Words, refuse_negation: bool) -> EntityRule {
    let words = table
        .iter()
        .map(|(value, words)| WordGroup {
            value: (*value).to_owned(),
            words: words.split(' ').map(|word| word.replace('_', " ")).collect(),
        })
        .collect();
    EntityRule { entity: entity.to_owned(), find: RuleKind::Words { words, refuse_negation }, confidence }
}
