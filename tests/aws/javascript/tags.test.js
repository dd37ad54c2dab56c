"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const {
  ListTagsForResourceCommand,
  ResourceNotFound,
  TagResourceCommand,
  TooManyTags,
  UntagResourceCommand,
} = require("@aws-sdk/client-sfn");
const { createMachine, sfn } = require("./clients.js");

test("tags stay with what they are given to", async () => {
  const resourceArn = await createMachine(undefined, { tags: [{ key: "team", value: "a" }] });
  const cost = { key: "cost", value: "b" };
  await sfn.send(new TagResourceCommand({ resourceArn, tags: [cost] }));
  await sfn.send(new UntagResourceCommand({ resourceArn, tagKeys: ["team"] }));
  const { tags } = await sfn.send(new ListTagsForResourceCommand({ resourceArn }));
  assert.deepEqual(tags, [cost]);
});

test("too many tags, and tags of nothing, are refused", async () => {
  const resourceArn = await createMachine();
  const tags = Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: "" }));
  await assert.rejects(
    sfn.send(new TagResourceCommand({ resourceArn, tags })),
    (error) => error instanceof TooManyTags,
  );
  await assert.rejects(
    sfn.send(new ListTagsForResourceCommand({ resourceArn: `${resourceArn}-not` })),
    (error) => error instanceof ResourceNotFound,
  );
});
