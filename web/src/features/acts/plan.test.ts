import { expect, test } from "vitest";
import type { Task, Ticket } from "@/api/types.ts";
import { possibleActs } from "./plan.ts";

const task = (acts: string[]) => ({ id: "tsk_1", acts }) as unknown as Task;
const ticket = (acts: string[], tasks: Task[]) => ({ acts, tasks }) as unknown as Ticket;

test("what is on a task comes before the same act on the ticket, the decisive act first", () => {
  const acts = possibleActs(
    ticket(["comment", "urge", "assign"], [task(["transfer", "complete", "urge"])]),
  );
  expect(acts.map(({ act, task: on }) => `${act}${on ? "@task" : ""}`)).toEqual([
    "complete@task",
    "transfer@task",
    "assign",
    "urge@task",
  ]);
});

test("comments and links are no buttons", () => {
  expect(possibleActs(ticket(["comment", "internal_note", "link"], []))).toEqual([]);
});
