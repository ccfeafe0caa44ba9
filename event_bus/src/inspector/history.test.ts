import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { LogRecord } from "../bus/types.ts";
import type { Message } from "../envelope/types.ts";
import { BusPolicyError } from "../errors.ts";
import { createHistory } from "./history.ts";
import { recordOf } from "./rows.fixture.ts";

const names = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name);
const copies = (log: readonly LogRecord[]): LogRecord[] => log.map((record) => ({ ...record }));

describe("the history", () => {
  test("takes each record of the log once, whether it is given copies or not", () => {
    const history = createHistory(0);
    const log = [recordOf("a"), recordOf("b")];
    assert.equal(history.take(log), true);
    assert.equal(history.take(log), false);
    assert.equal(history.take(copies(log)), false);
    history.take(copies([...log, recordOf("c")]));
    assert.deepEqual(names(history.rows), ["a", "b", "c"]);
    assert.deepEqual([history.total, history.lastSeq, history.incomplete], [3, 3, false]);
  });

  test("goes on where the log has moved, and says where it has lost its place", () => {
    const history = createHistory(0);
    const [a, b, c, d] = [recordOf("a"), recordOf("b"), recordOf("c"), recordOf("d")];
    history.take([a, b]);
    history.take([b, c]);
    assert.deepEqual(names(history.rows), ["a", "b", "c"]);
    assert.equal(history.incomplete, false);
    history.take([d]);
    assert.deepEqual(names(history.rows), ["a", "b", "c", "d"]);
    assert.equal(history.incomplete, true);
  });

  test("learns later what became of a message that waited", () => {
    const history = createHistory(0);
    const waits = recordOf("a", {}, { status: "queued", receivers: [] });
    history.take([waits]);
    const { version } = history;
    assert.equal(history.take([{ ...waits }]), false);
    assert.equal(history.take([{ ...waits, status: "delivered", receivers: ["cart"] }]), true);
    assert.deepEqual(history.rows[0]?.receivers, ["cart"]);
    assert.ok(history.version > version);
    assert.deepEqual([...history.received], [["cart", 1]]);
  });

  test("keeps as many as its limit, and counts all", () => {
    const history = createHistory(0, 100);
    let log: LogRecord[] = [];
    for (let round = 0; round < 20; round += 1) {
      log = [...log, ...Array.from({ length: 10 }, () => recordOf("a"))].slice(-50);
      history.take(log);
    }
    assert.deepEqual([history.rows.length, history.rows[0]?.seq, history.total], [100, 101, 200]);
    assert.deepEqual([...history.published], [["shop", 200]]);
  });

  test("counts rejections and knows their reason", () => {
    const history = createHistory(0);
    const error = new BusPolicyError('"reviews" may not publish "a".');
    history.take([recordOf("a", {}, { status: "rejected", receivers: [], error })]);
    assert.equal(history.rejected, 1);
    const [row] = history.rows;
    assert.deepEqual([row?.code, row?.summary], ["unauthorized", error.message]);
  });

  test("finds causes and effects, and who asked for an answer", () => {
    const history = createHistory(0);
    const query = recordOf("find", {}, {}, { kind: "query", source: "cart" });
    const { messageId } = query.message;
    const answer = recordOf("find:result", {}, { receivers: [] }, { causationId: messageId });
    history.take([query, answer]);
    assert.equal(history.find(messageId)?.name, "find");
    assert.deepEqual(names(history.causedBy(messageId)), ["find:result"]);
    assert.equal(history.rows[1]?.answerTo, "cart");
  });

  test("survives what is no message at all", () => {
    const history = createHistory(0);
    const messages: unknown[] = [undefined, 1, null, Object.create(null), { payload: () => 1 }];
    const log = messages.map((message) => ({
      ...recordOf("x", {}, { status: "rejected", receivers: [] }),
      message: message as Message,
    }));
    history.take(log);
    assert.equal(history.rows.length, 5);
    assert.equal(history.rows[0]?.name, "(no name)");
  });

  test("is empty when cleared, and does not take again what it has seen", () => {
    const history = createHistory(0);
    const log = [recordOf("a"), recordOf("b")];
    history.take(log);
    history.clear();
    assert.equal(history.take(copies(log)), false);
    history.take([...log, recordOf("c")]);
    assert.deepEqual(names(history.rows), ["c"]);
    assert.deepEqual([history.total, history.lastSeq], [1, 3]);
  });
});
