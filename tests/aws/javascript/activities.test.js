"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const {
  ActivityDoesNotExist,
  CreateActivityCommand,
  DeleteActivityCommand,
  DescribeActivityCommand,
  GetActivityTaskCommand,
  InvalidOutput,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  TaskTimedOut,
  paginateListActivities,
} = require("@aws-sdk/client-sfn");
const { createMachine, sfn, start, uniqueName, untilClosed } = require("./clients.js");

async function createActivity() {
  return (await sfn.send(new CreateActivityCommand({ name: uniqueName("ask") }))).activityArn;
}

const machineOf = (activityArn) =>
  createMachine({
    StartAt: "A",
    States: { A: { Type: "Task", Resource: activityArn, End: true } },
  });

test("a long poll gets the task of an execution that starts later", async () => {
  const activityArn = await createActivity();
  const polled = sfn.send(new GetActivityTaskCommand({ activityArn, workerName: "w" }));
  const executionArn = await start(await machineOf(activityArn), { input: '"q"' });
  const { taskToken, input } = await polled;
  assert.equal(input, '"q"');
  await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
  await assert.rejects(
    sfn.send(new SendTaskSuccessCommand({ taskToken, output: "{" })),
    (error) => error instanceof InvalidOutput,
  );
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"answer"' }));
  const ended = await untilClosed(executionArn);
  assert.deepEqual([ended.status, ended.output], ["SUCCEEDED", '"answer"']);
  await assert.rejects(
    sfn.send(new SendTaskSuccessCommand({ taskToken, output: "1" })),
    (error) => error instanceof TaskTimedOut,
  );
});

test("an activity's worker may say that the task failed", async () => {
  const activityArn = await createActivity();
  const executionArn = await start(await machineOf(activityArn));
  const { taskToken } = await sfn.send(new GetActivityTaskCommand({ activityArn }));
  await sfn.send(new SendTaskFailureCommand({ taskToken, error: "No", cause: "because" }));
  const ended = await untilClosed(executionArn);
  assert.deepEqual([ended.status, ended.error, ended.cause], ["FAILED", "No", "because"]);
});

test("an aborted poll takes no task", async () => {
  const activityArn = await createActivity();
  const left = new AbortController();
  const polled = sfn.send(new GetActivityTaskCommand({ activityArn }), {
    abortSignal: left.signal,
  });
  left.abort();
  await assert.rejects(polled, { name: "AbortError" });
  const executionArn = await start(await machineOf(activityArn));
  const { taskToken } = await sfn.send(new GetActivityTaskCommand({ activityArn }));
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: "1" }));
  assert.equal((await untilClosed(executionArn)).output, "1");
});

test("activities are listed, described and deleted", async () => {
  const activityArn = await createActivity();
  const { name, creationDate } = await sfn.send(new DescribeActivityCommand({ activityArn }));
  assert.ok(creationDate instanceof Date);
  const names = [];
  for await (const page of paginateListActivities({ client: sfn, pageSize: 1 }, {})) {
    names.push(...page.activities.map((activity) => activity.name));
  }
  assert.ok(names.includes(name));
  await sfn.send(new DeleteActivityCommand({ activityArn }));
  await assert.rejects(
    sfn.send(new DescribeActivityCommand({ activityArn })),
    (error) => error instanceof ActivityDoesNotExist,
  );
});

test("a token that is none is refused", async () => {
  await assert.rejects(
    sfn.send(new SendTaskHeartbeatCommand({ taskToken: "nonsense" })),
    (error) => error instanceof InvalidToken,
  );
});
