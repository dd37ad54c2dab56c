"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const {
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ResourceNotFound,
  UpdateMapRunCommand,
  paginateListMapRuns,
} = require("@aws-sdk/client-sfn");
const { PASS, createMachine, sfn, start, untilClosed } = require("./clients.js");

const EACH = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      Label: "each",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        ...PASS,
      },
      End: true,
    },
  },
};

test("a map run counts its items, and its executions are listed", async () => {
  const executionArn = await start(await createMachine(EACH), { input: "[1,2,3]" });
  assert.equal((await untilClosed(executionArn)).output, "[1,2,3]");
  const mapRuns = [];
  for await (const page of paginateListMapRuns({ client: sfn }, { executionArn })) {
    mapRuns.push(...page.mapRuns);
  }
  assert.equal(mapRuns.length, 1);
  const [{ mapRunArn }] = mapRuns;
  const run = await sfn.send(new DescribeMapRunCommand({ mapRunArn }));
  assert.deepEqual(
    [run.status, run.itemCounts.total, run.executionCounts.succeeded],
    ["SUCCEEDED", 3, 3],
  );
  const { executions } = await sfn.send(new ListExecutionsCommand({ mapRunArn }));
  assert.equal(executions.length, 3);
});

test("a map run that is not there is ResourceNotFound", async () => {
  const machine = await createMachine(EACH);
  const mapRunArn = `${machine.replace(":stateMachine:", ":mapRun:")}/each:none`;
  await assert.rejects(
    sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 })),
    (error) => error instanceof ResourceNotFound,
  );
});
