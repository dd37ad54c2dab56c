"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { InvalidDefinition, TestStateCommand } = require("@aws-sdk/client-sfn");
const { sfn } = require("./clients.js");

const CHARGE = {
  Type: "Task",
  Resource: "arn:aws:states:::sqs:sendMessage",
  Parameters: { QueueUrl: "q", "MessageBody.$": "$.order" },
  Next: "Done",
};

test("a state runs alone and is looked into", async () => {
  const tested = await sfn.send(
    new TestStateCommand({
      definition: JSON.stringify({ Type: "Pass", Parameters: { "b.$": "$.a" }, Next: "Z" }),
      input: '{"a":1}',
      inspectionLevel: "DEBUG",
    }),
  );
  assert.deepEqual(
    [tested.status, tested.nextState, tested.output],
    ["SUCCEEDED", "Z", '{"b":1}'],
  );
  assert.equal(tested.inspectionData.afterParameters, '{"b":1}');
});

test("a mock stands for what a state calls", async () => {
  const tested = await sfn.send(
    new TestStateCommand({
      definition: JSON.stringify(CHARGE),
      input: '{"order":"7"}',
      mock: { result: '{"MessageId":"m","MD5OfMessageBody":"5"}' },
    }),
  );
  assert.deepEqual([tested.status, tested.nextState], ["SUCCEEDED", "Done"]);
  assert.equal(JSON.parse(tested.output).MessageId, "m");
});

test("a state that is none is refused", async () => {
  await assert.rejects(
    sfn.send(new TestStateCommand({ definition: '{"Type":"Nothing"}' })),
    (error) => error instanceof InvalidDefinition,
  );
});
