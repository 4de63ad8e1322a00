import { useQuery } from "@tanstack/react-query";
import type { FlowNodeView, FlowView } from "@/api/types.ts";
import { flowQuery } from "@/data/acts.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { Card } from "@/ui/Card.tsx";
import styles from "./FlowCard.module.css";

/** Wide enough for the context column; long flows squeeze before they scroll. */
const FIT = 308;
const STEP_MAX = 46;
const STEP_MIN = 26;
const STEP_Y = 34;
const PAD = 18;
const R = 8;

/** Where the ticket is in its flow: a small map, and the same in words. */
export function FlowCard({ id }: { id: string }) {
  const texts = useTexts();
  const pick = usePick();
  const { data: flow } = useQuery(flowQuery(id));
  if (!flow || flow.nodes.length === 0) return null;
  const now = flow.nodes.filter(
    (node) => node.state === "active" || node.state === "waiting" || node.state === "failed",
  );
  const named = now.map((node) => pick(node.name)).filter(Boolean);
  return (
    <Card title={texts.ticket.flow}>
      <div className={styles.scroll}>
        <FlowMap flow={flow} />
      </div>
      <p className={styles.now}>
        {flow.status === "ended"
          ? texts.ticket.flowEndedShort
          : texts.ticket.flowNow(
              named.length > 0 ? named.join("、") : texts.ticket.states.waiting || "",
            )}
      </p>
    </Card>
  );
}

export function FlowMap({ flow }: { flow: FlowView }) {
  const texts = useTexts();
  const pick = usePick();
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const columns = Math.max(1, ...flow.nodes.map((node) => node.column));
  const step = Math.min(STEP_MAX, Math.max(STEP_MIN, (FIT - PAD * 2) / columns));
  const x = (node: FlowNodeView) => PAD + node.column * step;
  const width = columns * step + PAD * 2;
  const height = (Math.max(...flow.nodes.map((node) => node.row)) * STEP_Y || 0) + PAD * 2;
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={texts.ticket.flowAlt}
    >
      {flow.edges.map((edge) => {
        const from = byId.get(edge.from);
        const to = byId.get(edge.to);
        if (!from || !to) return null;
        return (
          <path
            key={`${edge.from}-${edge.to}`}
            d={route([x(from), y(from)], [x(to), y(to)])}
            className={edge.taken ? styles.taken : styles.edge}
            fill="none"
          />
        );
      })}
      {flow.nodes.map((node) => (
        <g
          key={node.id}
          transform={`translate(${x(node)} ${y(node)})`}
          className={styles[node.state]}
        >
          <title>{`${pick(node.name) || node.type}: ${texts.ticket.states[node.state]}`}</title>
          <Shape node={node} />
        </g>
      ))}
    </svg>
  );
}

const y = (node: FlowNodeView) => PAD + node.row * STEP_Y;

type Point = [number, number];

/** Forwards as an S, backwards as an arc below. */
function route([x1, y1]: Point, [x2, y2]: Point): string {
  if (x2 <= x1) {
    const low = Math.max(y1, y2) + STEP_Y * 0.55;
    return `M${x1} ${y1 + R} C${x1} ${low} ${x2} ${low} ${x2} ${y2 + R}`;
  }
  const middle = (x1 + x2) / 2;
  return `M${x1 + R} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2 - R} ${y2}`;
}

function Shape({ node }: { node: FlowNodeView }) {
  const gate = node.type === "split" || node.type === "join";
  return (
    <>
      {node.state === "active" && <circle r={R + 5} className={styles.halo} />}
      {gate ? (
        <rect x={-5.5} y={-5.5} width={11} height={11} rx={1.5} transform="rotate(45)" />
      ) : (
        <circle r={R} />
      )}
      {node.state === "done" && !gate && (
        <path d="M-3.5 0.2 L-1 2.8 L3.6 -2.6" className={styles.glyph} />
      )}
      {node.state === "waiting" && <path d="M-2 -3v6M2 -3v6" className={styles.glyph} />}
      {node.state === "failed" && <path d="M0 -3.5v4M0 2.8v0.4" className={styles.glyph} />}
      {node.state === "active" && !gate && <circle r={3} className={styles.core} />}
    </>
  );
}
