//! What can be wrong, as codes: a closed list with a sentence in Chinese and English for each.
//!
//! A code is stable for ever; the sentence may improve. The web app reads the same list from `GET /problems`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One thing that is wrong with a document or a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the document or body; empty for the whole.
    pub pointer: String,
    /// An entry of [`CODES`].
    pub code: String,
    /// Values for the sentence, by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// A warning does not stop publishing.
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    #[default]
    Error,
    Warning,
}

impl Problem {
    pub fn new(pointer: impl Into<String>, code: &str) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), params: Map::new(), severity: Severity::Error }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl From<lang::Problem> for Problem {
    /// Gives the detail every name under which the sentences may ask for it.
    fn from(problem: lang::Problem) -> Self {
        let detail = problem.detail;
        let (position, name) = match detail.split_once(' ') {
            Some((position, name)) if problem.code.starts_with("formula.") => (position, name),
            _ => (detail.as_str(), detail.as_str()),
        };
        let found = Self::new(problem.pointer, problem.code).with("field", name).with("operator", name);
        found.with("position", position).with("reason", name)
    }
}

/// A code with its HTTP status and its sentences; `{name}` stands for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    pub status: u16,
    pub zh: &'static str,
    pub en: &'static str,
}

/// The entry of a code, if it is on the list.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|entry| entry.code == code)
}

macro_rules! codes {
    ($($code:literal $status:literal $zh:literal $en:literal;)*) => {
        /// Every code, in the order of its area.
        pub const CODES: &[Code] = &[$(Code { code: $code, status: $status, zh: $zh, en: $en }),*];
    };
}

codes! {
    "request.malformed" 400 "请求不是有效的 JSON：{reason}" "The request is not valid JSON: {reason}";
    "request.unknown_field" 422 "未知的字段 {field}" "Unknown field {field}";
    "request.wrong_type" 422 "类型不符：需要 {expected}" "Wrong type: expected {expected}";
    "request.missing_field" 422 "缺少字段 {field}" "Field {field} is missing";
    "request.invalid_value" 422 "值无效：{reason}" "Invalid value: {reason}";
    "request.conflict" 409 "与已有的数据冲突，什么都没有改" "It collides with something that is already there; nothing was changed";
    "request.duplicate_field" 400 "字段 {field} 出现了两次" "Field {field} appears twice";
    "request.not_utf8" 400 "请求不是 UTF-8 文本" "The request is not UTF-8 text";
    "request.media_type" 415 "需要 Content-Type: {expected}" "Content-Type must be {expected}";
    "request.too_large" 413 "内容过大，上限 {limit}" "Too large; the limit is {limit}";
    "request.bad_id" 404 "没有这个对象" "There is no such object";
    "request.not_found" 404 "没有这个对象，或你无权查看" "It does not exist, or you may not see it";
    "request.no_route" 404 "没有这个地址" "There is nothing at this address";
    "request.method" 405 "该地址不支持这个方法" "This address does not take that method";
    "request.stale" 412 "内容已被他人修改，请重新载入后再改" "Somebody changed it meanwhile; reload and try again";
    "request.version_required" 428 "缺少 If-Match 版本" "If-Match with the version is required";
    "request.in_flight" 409 "相同的请求正在处理" "The same request is still being handled";
    "request.key_reused" 422 "同一个 Idempotency-Key 用于了不同的内容" "The Idempotency-Key was used with another body";
    "request.answer_lost" 409 "相同的请求已经处理完成，但当时的答复没有留下；请重新查询结果" "The same request was carried out, but its answer was lost; look up the result";
    "request.bad_key" 400 "Idempotency-Key 需要 1 到 255 个字符" "An Idempotency-Key takes 1 to 255 characters";
    "request.invalid" 422 "有 {count} 处需要更正" "{count} things need correcting";
    "request.bad_cursor" 400 "翻页标记无效，请从头开始" "The cursor is not valid; start from the first page";
    "request.rate_limited" 429 "请求过于频繁，请在 {seconds} 秒后重试" "Too many requests; try again in {seconds} seconds";
    "request.cross_site" 403 "来源网站不被允许" "The request came from another site";
    "request.timeout" 408 "请求超时" "The request took too long to arrive";
    "access.sign_in_required" 401 "请先登录" "Sign in first";
    "access.bad_credentials" 401 "账号或密码不正确" "The name or the password is wrong";
    "access.too_many_attempts" 429 "失败次数过多，请在 {minutes} 分钟后再试" "Too many failed attempts; try again in {minutes} minutes";
    "access.link_spent" 401 "登录链接已使用或已过期" "The sign-in link was used or has expired";
    "access.denied" 403 "你没有权限：{action}" "You may not do this: {action}";
    "access.scope" 403 "令牌没有 {scope} 权限" "The token lacks the scope {scope}";
    "access.field" 403 "你无权修改字段 {field}" "You may not change the field {field}";
    "server.unavailable" 503 "服务暂时不可用，请稍后重试" "Temporarily unavailable; try again soon";
    "server.internal" 500 "出现意外错误，已记录，编号 {request_id}" "Something unexpected happened; it was logged as {request_id}";

    "condition.malformed" 422 "条件格式不正确：{reason}" "The condition is malformed: {reason}";
    "condition.unknown_field" 422 "条件引用了不存在的字段 {field}" "The condition names an unknown field {field}";
    "condition.operator" 422 "字段 {field} 不支持运算 {operator}" "Field {field} does not take the operator {operator}";
    "condition.literal" 422 "字段 {field} 的比较值类型不符" "The value compared with field {field} has the wrong type";
    "condition.unknown_key" 422 "条件里有不认识的成员 {reason}" "The condition has an unknown member {reason}";
    "condition.unknown_operator" 422 "没有运算 {operator}" "There is no operator {operator}";
    "condition.operator_not_allowed" 422 "该字段不支持运算 {operator}" "This field does not take the operator {operator}";
    "condition.missing_value" 422 "运算 {operator} 需要比较值" "The operator {operator} needs a value";
    "condition.unexpected_value" 422 "运算 {operator} 不带比较值" "The operator {operator} takes no value";
    "condition.wrong_type" 422 "比较值类型不符：{reason}" "The value has the wrong type: {reason}";
    "condition.too_precise" 422 "比较值最多 {reason} 位小数" "The value has more than {reason} decimals";
    "condition.empty_value" 422 "比较值为空，请用“为空”判断" "The value is empty; ask whether the field is empty instead";
    "condition.not_an_option" 422 "不是可选项：{reason}" "Not one of the options: {reason}";
    "condition.unknown_variable" 422 "没有变量 {reason}" "There is no variable {reason}";
    "condition.scale_mismatch" 422 "与字段 {field} 的小数位数相差过大" "The decimals differ too much from those of field {field}";
    "condition.not_a_table" 422 "字段 {field} 不是明细表" "Field {field} is not a table";
    "condition.nested_table" 422 "明细表条件里不能再用明细表 {field}" "A table condition cannot contain the table {field}";
    "condition.too_deep" 422 "条件嵌套超过 {reason} 层" "The condition is nested deeper than {reason} levels";
    "condition.too_many_predicates" 422 "条件超过 {reason} 项" "The condition has more than {reason} parts";
    "condition.too_many_items" 422 "列表超过 {reason} 项" "The list has more than {reason} items";
    "condition.too_large" 422 "条件过于复杂" "The condition is too large";
    "formula.malformed" 422 "公式有误（第 {position} 个字符）：{reason}" "The formula is wrong at character {position}: {reason}";
    "formula.wrong_type" 422 "公式（第 {position} 个字符）类型不符" "The formula mixes kinds at character {position}";
    "formula.wrong_result" 422 "公式的结果与字段类型不符" "The formula's result does not fit the field";
    "formula.column_needs_aggregate" 422 "明细列 {field} 需要放在 sum、avg 等函数里" "The column {field} needs sum, avg or the like around it";
    "formula.two_tables" 422 "一个汇总里只能用一个明细表：{field}" "One aggregate takes one table only: {field}";
    "formula.nested_aggregate" 422 "汇总函数不能套用（第 {position} 个字符）" "Aggregates cannot be nested, at character {position}";
    "formula.unknown_field" 422 "公式引用了不存在的字段 {field}" "The formula names an unknown field {field}";

    "form.unknown_field" 422 "表单没有字段 {field}" "The form has no field {field}";
    "form.wrong_type" 422 "类型不符：需要 {expected}" "Wrong type: expected {expected}";
    "form.required" 422 "此项必填" "This is required";
    "form.read_only" 422 "此项不可修改" "This cannot be changed";
    "form.too_long" 422 "最多 {max} 个字" "At most {max} characters";
    "form.too_short" 422 "至少 {min} 个字" "At least {min} characters";
    "form.below" 422 "不能小于 {min}" "Must not be below {min}";
    "form.above" 422 "不能大于 {max}" "Must not be above {max}";
    "form.scale" 422 "最多 {scale} 位小数" "At most {scale} decimals";
    "form.not_an_option" 422 "不是可选项：{value}" "Not one of the options: {value}";
    "form.too_few" 422 "至少 {min} 项" "At least {min}";
    "form.too_many" 422 "最多 {max} 项" "At most {max}";
    "form.bad_phone" 422 "电话号码格式不正确" "This is not a phone number";
    "form.bad_email" 422 "邮箱地址格式不正确" "This is not an e-mail address";
    "form.bad_date" 422 "日期格式不正确" "This is not a date";
    "form.bad_reference" 422 "找不到所引用的对象" "The referenced object was not found";
    "form.rule" 422 "{message}" "{message}";
    "form.formula_cycle" 422 "公式互相引用：{cycle}" "The formulas refer to each other: {cycle}";
    "form.duplicate_id" 422 "编号 {id} 重复" "The id {id} is used twice";
    "form.malformed" 422 "表单定义有误：{reason}" "The form definition is wrong: {reason}";
    "form.file_type" 422 "“{name}”不是允许的文件类型（{media_type}）" "The file \"{name}\" is not of a kind that is accepted ({media_type})";
    "form.file_size" 422 "文件“{name}”过大，上限 {limit}" "The file \"{name}\" is too large; the limit is {limit}";
    "form.file_unusable" 422 "此文件不可用：不存在、不是你上传的，或已属于别处；请重新上传" "This file cannot be used: it is gone, not yours, or belongs elsewhere already; upload it again";
    "form.archived" 422 "所选对象已停用，请另选" "What was chosen is archived; choose another";
    "form.outside_filter" 422 "所选对象不在此处的可选范围内" "What was chosen is not among those that may be chosen here";
    "form.copy_differs" 422 "与所选对象的资料不一致；请重新选择一次" "It differs from what the chosen object says; choose it once more";

    "definition.unknown" 404 "没有这个配置：{kind}/{key}" "There is no definition {kind}/{key}";
    "definition.not_published" 422 "配置 {kind}/{key} 尚未发布" "The definition {kind}/{key} is not published";
    "definition.malformed" 422 "配置有误：{reason}" "The definition is wrong: {reason}";
    "definition.bad_key" 422 "标识只能用小写字母、数字和下划线" "A key takes lower-case letters, digits and underscores";
    "definition.no_draft" 422 "没有草稿可发布" "There is no draft to publish";
    "definition.invalid" 422 "检查未通过，不能发布" "The checks failed; it cannot be published";
    "definition.kind_mismatch" 422 "文档的 kind 或 key 与地址不一致" "The document's kind or key differs from the address";
    "definition.reference" 422 "引用了不存在的配置 {kind}/{key}" "It refers to an unknown definition {kind}/{key}";

    "flow.malformed" 422 "流程定义有误：{reason}" "The flow definition is wrong: {reason}";
    "flow.no_end" 422 "流程没有结束节点，或走不到结束" "The flow has no end that can be reached";
    "flow.refused" 409 "当前不能这样处理：{reason}" "This cannot be done now: {reason}";
    "flow.duplicate_id" 422 "流程中编号 {id} 重复" "The id {id} is used twice in the flow";
    "flow.unknown_node" 422 "没有节点 {node}" "There is no node {node}";
    "flow.edge_leaves_scope" 422 "连线 {from} → {to} 越出了所在的分区" "The edge {from} → {to} leaves its scope";
    "flow.unreachable" 422 "走不到节点 {node}" "The node {node} cannot be reached";
    "flow.dead_end" 422 "节点 {node} 没有出路" "There is no way out of the node {node}";
    "flow.never_ends" 422 "从节点 {node} 走不到结束" "No end can be reached from the node {node}";
    "flow.split_without_join" 422 "并行分支 {node} 没有汇合" "The ways that part at {node} never meet";
    "flow.join_without_split" 422 "汇合 {node} 之前没有并行分支，会一直等待" "Nothing parts before the join {node}; it would wait for ever";
    "flow.edge_into_branch" 422 "连线 {from} → {to} 从外部进入并行分支，汇合将一直等待" "The edge {from} → {to} enters one of several parallel ways; their join would wait for ever";
    "flow.end_in_branch" 422 "并行分支在节点 {node} 结束，汇合将一直等待；请设为终止或连到汇合" "A parallel way ends at {node}, so its join would wait for ever; let it terminate or lead to the join";
    "flow.test_failed" 422 "流程测试“{name}”未通过：{reason}" "The flow's test \"{name}\" failed: {reason}";
    "flow.no_default" 422 "分支 {node} 没有默认出路" "The choice {node} has no default";
    "flow.two_defaults" 422 "分支 {node} 有两个默认出路" "The choice {node} has two defaults";
    "flow.endless_loop" 422 "节点 {node} 处在无人、无定时的循环中" "The node {node} lies in a circle without a person or a timer";
    "flow.nobody" 422 "节点 {node} 没有指定处理人" "The node {node} does not say who acts";
    "flow.unknown_field" 422 "节点 {node} 引用了不存在的字段 {field}" "The node {node} names an unknown field {field}";
    "flow.too_large" 422 "流程过大，上限 {limit}" "The flow is too large; the limit is {limit}";
    "flow.not_running_yet" 422 "节点 {node} 使用了尚不支持的功能：{what}" "The node {node} uses something that does not run yet: {what}";
    "flow.foreign_member" 422 "类型为 {type} 的节点 {node} 没有属性 {member}" "The node {node} of type {type} has no {member}";
    "flow.missing_member" 422 "节点 {node} 缺少 {member}" "The node {node} lacks {member}";
    "flow.bad_value" 422 "节点 {node} 的 {member} 无效：{value}" "The {member} of the node {node} means nothing: {value}";
    "flow.no_reject_edge" 422 "审批 {node} 没有驳回出路，驳回将结束流程" "The approval {node} has no way for a rejection; it ends the flow";
    "flow.no_deadline" 422 "节点 {node} 没有时限" "The node {node} has no deadline";
    "flow.implicit_split" 422 "节点 {node} 有多条出路，将并行进行" "Several ways leave the node {node}; they run side by side";
    "flow.not_started" 409 "流程尚未开始" "The flow has not started";
    "flow.already_started" 409 "流程已经开始" "The flow has started already";
    "flow.not_running" 409 "流程已结束" "The flow is over";
    "flow.no_such_node" 422 "没有节点 {detail}" "There is no node {detail}";
    "flow.no_such_token" 409 "流程已不在此处：{detail}" "The flow is no longer there: {detail}";
    "flow.no_such_timer" 409 "没有这个定时：{detail}" "There is no such timer: {detail}";
    "flow.no_such_ask" 409 "没有这个问询：{detail}" "There is no such question: {detail}";
    "flow.no_such_task" 404 "没有这个任务：{detail}" "There is no such task: {detail}";
    "flow.task_held" 409 "任务已挂起，请先恢复" "The task is on hold; resume it first";
    "flow.task_not_held" 409 "任务没有挂起" "The task is not on hold";
    "flow.task_blocked" 409 "还轮不到这个任务" "It is not this task's turn yet";
    "flow.task_taken" 409 "任务已被认领" "The task is taken";
    "flow.act_not_offered" 409 "此任务不能这样处理：{detail}" "This task does not offer that: {detail}";
    "flow.comment_required" 422 "请填写意见" "Give a comment";
    "flow.field_required" 422 "请填写字段 {detail}" "Fill in the field {detail}";
    "flow.already_there" 409 "此人已在处理中" "This person is already asked";
    "flow.not_added" 409 "此人不是你加签的，或已处理" "You did not add this person, or they have decided";
    "flow.no_people" 422 "找不到处理人：{detail}" "Nobody was found to act: {detail}";
    "flow.no_branch" 422 "没有符合条件的分支：{detail}" "No way fits: {detail}";
    "flow.bad_return" 422 "不能退回到 {detail}" "It cannot be returned to {detail}";
    "flow.into_branch" 422 "不能跳入并行分支中的 {detail}" "A jump into one of several parallel ways is not possible: {detail}";
    "flow.too_late_to_withdraw" 409 "已有人处理，不能撤回" "Somebody has decided; it cannot be withdrawn";
    "flow.not_submitter" 403 "只有提交人可以撤回" "Only the submitter may withdraw";
    "flow.nobody_waits" 409 "没有流程在等待 {detail}" "Nothing waits for {detail}";
    "flow.no_incident" 409 "此处没有故障：{detail}" "There is no incident here: {detail}";

    "calendar.unknown_zone" 422 "没有这个时区：{zone}" "There is no time zone {zone}";
    "calendar.bad_window" 422 "时段写法不正确：{value}，应如 09:00-12:00" "{value} is not a window such as 09:00-12:00";
    "calendar.windows_overlap" 422 "时段互相重叠" "The windows overlap";
    "calendar.never_open" 422 "每周至少要有一个工作时段" "The week needs at least one window";
    "calendar.unknown_holidays" 422 "没有内置的节假日数据：{code}" "There are no built-in holidays {code}";
    "calendar.bad_day_length" 422 "每日时长不正确：{value}，应如 PT8H" "{value} is not a length of a day such as PT8H";
    "calendar.bad_date" 422 "日期不正确：{value}，应如 2026-02-14" "{value} is not a date such as 2026-02-14";
    "calendar.bad_period" 422 "起止日期不正确" "The first and last date do not fit";
    "calendar.periods_overlap" 422 "有效期互相重叠" "The periods overlap";
    "calendar.off_or_work" 422 "请选择休息，或给出工作时段" "Say that it is off, or give working windows";
    "calendar.day_twice" 422 "{date} 出现了两次" "{date} appears twice";
    "calendar.too_many_days" 422 "自定义日期过多，最多 {max} 天" "Too many own days; at most {max}";
    "sla.no_targets" 422 "至少需要一个时限" "Name at least one target";
    "sla.duplicate_target" 422 "时限 {id} 重复" "The target {id} is named twice";
    "sla.bad_duration" 422 "时长不正确：{value}，应如 PT4H 或 P2D" "{value} is not a duration such as PT4H or P2D";
    "sla.bad_priority" 422 "没有优先级 {value}" "There is no priority {value}";
    "sla.unknown_calendar" 422 "没有工作日历 {key}" "There is no calendar {key}";
    "sla.milestone_until" 422 "里程碑必须写明 until 条件，其他时限不能写" "A milestone needs an until condition; other targets take none";
    "sla.bad_moment" 422 "时刻不正确：{value}，应如 80%、due、-PT1H、+PT2H" "{value} is not a moment such as 80%, due, -PT1H or +PT2H";
    "sla.duplicate_step" 422 "升级步骤 {id} 重复" "The step {id} is named twice";
    "sla.empty_step" 422 "升级步骤没有动作" "The step does nothing";
    "dispatch.bad_weight" 422 "权重或阈值不正确：{name}" "The weight or threshold {name} is out of range";

    "ticket.transition" 409 "不能从 {from} 变为 {to}" "It cannot go from {from} to {to}";
    "ticket.closed" 409 "工单已关闭" "The ticket is closed";
    "ticket.link_self" 422 "不能关联到自己" "A ticket cannot be linked to itself";
    "ticket.not_solved" 409 "工单尚未解决" "The ticket is not solved yet";
    "ticket.no_such_type" 422 "没有这种工单：{type}" "There is no ticket type {type}";
    "ticket.unknown_person" 422 "没有这个人员" "There is no such person";
    "ticket.flow_decides" 409 "该工单由流程推进，请处理流程任务" "The ticket's flow decides this; act on its task";
    "draft.held" 409 "这段文字正在等待发送，请先撤回再修改" "This text is about to be sent; take it back before changing it";
    "draft.not_held" 409 "没有等待发送的内容，可能已经发出" "Nothing waits to be sent; it may have gone out already";
    "draft.hold_range" 422 "等待时间须为 0 秒，或 {min} 到 {max} 秒" "Hold it for 0 seconds, or for {min} to {max}";
    "record.code_taken" 409 "这个编号已被另一条记录使用" "Another record has this code already";
    "task.closed" 409 "任务已处理" "The task is already done";
    "task.not_yours" 403 "这不是你的任务" "This task is not yours";
    "suggestion.decided" 409 "该建议已处理" "The suggestion was already decided";
    "suggestion.value_required" 422 "请给出更正后的值" "Give the corrected value";
    "dispatch.nobody" 409 "没有符合条件的人员" "Nobody fits";
    "model.not_enough_data" 422 "样本不足：至少需要 {needed} 条，现有 {found} 条" "Not enough examples: {needed} needed, {found} found";
    "import.bad_row" 422 "第 {row} 行：{reason}" "Row {row}: {reason}";
    "import.bad_mapping" 422 "字段对应有误：{reason}" "The mapping is wrong: {reason}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_have_both_sentences() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in CODES {
            assert!(seen.insert(entry.code), "{} is listed twice", entry.code);
            assert!(!entry.zh.is_empty() && !entry.en.is_empty(), "{}", entry.code);
            assert!((400..600).contains(&entry.status), "{}", entry.code);
            assert_eq!(params(entry.zh), params(entry.en), "{}", entry.code);
        }
    }

    fn params(sentence: &str) -> std::collections::BTreeSet<&str> {
        sentence.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
    }
}
