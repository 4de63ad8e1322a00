import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The shipped template's documents, so that the pages are seen with the real forms and flows. */
export function documents(): Record<string, Record<string, unknown>> {
  const folders = [
    "forms",
    "flows",
    "views",
    "roles",
    "rules",
    "calendars",
    "sla",
    "messages",
    "ai",
  ];
  const found: Record<string, Record<string, unknown>> = {};
  for (const folder of folders) {
    try {
      for (const file of readdirSync(at(`../../../templates/repair/${folder}`))) {
        const document = JSON.parse(
          readFileSync(at(`../../../templates/repair/${folder}/${file}`), "utf8"),
        );
        found[`${document.kind}/${document.key}`] = document;
      }
    } catch {
      // A folder that is not there yet is simply not shown.
    }
  }
  return found;
}

let state = 20261125;
export function random(): number {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
}
export const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

export const PEOPLE = [
  "王建国",
  "李伟",
  "张敏",
  "刘洋",
  "陈晓东",
  "赵磊",
  "孙丽",
  "周强",
  "吴海燕",
  "郑凯",
  "冯雪",
  "马超",
].map((name, i) => ({
  id: `usr_${i + 1}`,
  name,
  login: `user${i + 1}`,
  org: { id: "org_2", name: i % 2 ? "工程部" : "信息中心" },
  teams: [{ id: "team_1", name: i % 2 ? "机电班" : "桌面支持" }],
  active: true,
}));
export const ORGS = [
  { id: "org_1", name: "华东制造集团", parent: null, head: null },
  { id: "org_2", name: "苏州工厂", parent: "org_1", head: null },
  { id: "org_3", name: "上海总部", parent: "org_1", head: null },
  { id: "org_4", name: "总装车间", parent: "org_2", head: null },
];
export const PLACES = [
  "A座3楼会议室",
  "总装车间2线",
  "门诊楼4层药房",
  "B座地下车库",
  "数据机房",
  "食堂后厨",
  "研发楼7层",
  "成品库C区",
].map((title, i) => ({ id: `rec_p${i}`, title }));
export const ASSETS = [
  "冷水机组 2#",
  "贴片机 SM-481",
  "货梯 L3",
  "核心交换机 S7706",
  "理光 MP5055 打印机",
  "空压机 KY-02",
  "UPS 主机",
  "医用冰箱 HYC-390",
].map((title, i) => ({ id: `rec_a${i}`, title }));
const SUBJECTS: [string, string, string][] = [
  ["A座3楼会议室空调漏水，地毯已湿一片", "hvac", "空调暖通"],
  ["总装2线贴片机报 E-207，吸嘴真空不足停线", "line", "产线设备"],
  ["财务室打印机卡纸，清了还是报 13.20.01", "printer", "打印机"],
  ["门禁刷卡无反应，早班同事进不来", "door", "门窗门禁"],
  ["7楼研发区无线网络时断时续", "network", "网络故障"],
  ["货梯 L3 停在二层，轿厢门打不开", "elevator", "电梯"],
  ["后厨下水道返水，有异味", "plumbing", "给排水"],
  ["登录 ERP 提示账号已锁定", "account", "系统登录"],
  ["走廊应急灯不亮，共 6 盏", "electric", "电气照明"],
  ["冷库 2 号温度升到 -8℃，库内有疫苗", "cold", "冷库冷柜"],
  ["新同事电脑无法加域", "computer", "电脑终端"],
  ["屋面雨后渗水，滴到货架", "leak", "渗漏水"],
  ["烟感误报，消控室反复响铃", "fire", "消防安防"],
  ["会议室投影无信号，十点有客户来访", "computer", "电脑终端"],
];
const NOW = Date.now();
const iso = (ms: number) => new Date(ms).toISOString();
const H = 3_600_000;

export interface MockTicket {
  [member: string]: unknown;
  id: string;
  number: string;
  version: number;
  status: string;
}

export function tickets(count: number): MockTicket[] {
  return Array.from({ length: count }, (_, i) => {
    const [title, category, label] =
      i < SUBJECTS.length ? (SUBJECTS[i] as [string, string, string]) : oneOf(SUBJECTS);
    const age = i * 1.7 * H + random() * H;
    const status =
      i < 9
        ? oneOf(["new", "open", "open", "waiting"])
        : i < 26
          ? oneOf(["open", "open", "waiting", "solved"])
          : oneOf(["solved", "closed", "closed"]);
    const due = NOW - age + oneOf([4, 8, 24, 48]) * H;
    const over = due < NOW;
    const done = status === "solved" || status === "closed";
    return {
      id: `tkt_${i}`,
      number: `WX-${String(5210 - i).padStart(5, "0")}`,
      type: "repair",
      type_title: { zh: "报修", en: "Repair request" },
      title,
      status,
      stage:
        status === "open"
          ? { zh: "维修中", en: "Being repaired" }
          : status === "waiting"
            ? { zh: "待审批", en: "Waiting for approval" }
            : null,
      priority: oneOf([1, 2, 2, 3, 3, 4]),
      category,
      category_label: { zh: label, en: category },
      owner: status === "new" ? null : oneOf(PEOPLE),
      team: { id: "team_1", name: "机电班" },
      requester: oneOf(PEOPLE),
      org: ORGS[1],
      place: oneOf(PLACES),
      asset: i % 3 === 0 ? oneOf(ASSETS) : null,
      due_at: iso(due),
      sla_state: done ? "met" : status === "waiting" ? "paused" : over ? "breached" : "running",
      created_at: iso(NOW - age),
      updated_at: iso(NOW - age * 0.6),
      version: 3,
      data: {
        description:
          "今天早上八点发现，**已用水桶接住**，还在滴。\n\n- 影响 10:00 的客户会议\n- 楼下同事也反映天花有水印",
        urgency: "soon",
        place: oneOf(PLACES),
        spot: "3-12",
        asset: "",
        happened_at: iso(NOW - age - H),
        stops_work: true,
        contact: "张敏",
        phone: "138****6620",
        estimate: "860.00",
        parts: [
          { name: "冷凝水泵", qty: "1", price: "260.00", sum: "260.00" },
          { name: "PVC 排水管 2 m", qty: "2", price: "18.50", sum: "37.00" },
        ],
        parts_total: "297.00",
      },
    };
  });
}
