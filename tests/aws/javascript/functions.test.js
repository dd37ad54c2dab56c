"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvalidRequestContentException,
  InvokeCommand,
  LambdaClient,
  LambdaServiceException,
  ListTagsCommand,
  PublishVersionCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  UpdateFunctionCodeCommand,
  paginateListFunctions,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} = require("@aws-sdk/client-lambda");
const { CONFIG, ROLE, createMachine, start, uniqueName, untilClosed } = require("./clients.js");
const { zipArchive } = require("./zip_archive.js");

const WAIT_MS = 20_000;
const lambda = new LambdaClient(CONFIG);

const GREET = `
import os

def handler(event, context):
    print("greeting", event["name"])
    return {"greeting": os.environ["WORD"] + ", " + event["name"] + "!"}
`;
const FAIL = `
def handler(event, context):
    raise ValueError("on purpose")
`;

const returning = (word) =>
  zipArchive("app.py", `def handler(event, context):\n    return "${word}"\n`);

// Deploys a function under a name of its own; gives the name.
async function createFunction(archive, more = {}) {
  const FunctionName = uniqueName("js");
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "python3.11",
      Handler: "app.handler",
      Role: ROLE,
      Code: { ZipFile: archive },
      ...more,
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20 }, { FunctionName });
  return FunctionName;
}

async function invoke(FunctionName, event, more = {}) {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }),
  );
  return { ...answer, result: JSON.parse(answer.Payload.transformToString() || "null") };
}

// A worker takes a change a moment after it was made.
async function untilReturns(FunctionName, expected) {
  const deadline = Date.now() + WAIT_MS;
  while ((await invoke(FunctionName, null)).result !== expected) {
    assert.ok(Date.now() < deadline, `${FunctionName} does not return ${expected}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a function is deployed and invoked, and its log told", async () => {
  const name = await createFunction(zipArchive("app.py", GREET), {
    Environment: { Variables: { WORD: "Hello" } },
    Tags: { team: "a" },
  });
  const answer = await invoke(name, { name: "Ada" }, { LogType: "Tail" });
  assert.deepEqual(answer.result, { greeting: "Hello, Ada!" });
  assert.deepEqual([answer.StatusCode, answer.FunctionError], [200, undefined]);
  assert.equal(answer.ExecutedVersion, "$LATEST");
  const log = Buffer.from(answer.LogResult, "base64").toString();
  assert.match(log, /greeting Ada/);
  assert.ok(log.includes(`REPORT RequestId: ${answer.$metadata.requestId}`));
  const got = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
  assert.equal(got.Configuration.Environment.Variables.WORD, "Hello");
  const { Tags } = await lambda.send(
    new ListTagsCommand({ Resource: got.Configuration.FunctionArn }),
  );
  assert.deepEqual(Tags, { team: "a" });
});

test("a function's error is told and is no exception of the SDK", async () => {
  const answer = await invoke(await createFunction(zipArchive("app.py", FAIL)), null);
  assert.deepEqual([answer.StatusCode, answer.FunctionError], [200, "Unhandled"]);
  assert.equal(answer.result.errorType, "ValueError");
  assert.equal(answer.result.errorMessage, "on purpose");
});

test("an event is taken, and a dry run calls nothing", async () => {
  const name = await createFunction(returning("one"));
  const taken = await lambda.send(
    new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload: "1" }),
  );
  assert.equal(taken.StatusCode, 202);
  const dry = await lambda.send(
    new InvokeCommand({ FunctionName: name, InvocationType: "DryRun" }),
  );
  assert.equal(dry.StatusCode, 204);
});

test("a version stays what it was, and an alias leads to it", async () => {
  const name = await createFunction(returning("one"));
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: name }));
  await lambda.send(
    new CreateAliasCommand({ FunctionName: name, Name: "live", FunctionVersion: Version }),
  );
  await lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: returning("two") }),
  );
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 20 }, { FunctionName: name });
  await untilReturns(name, "two");
  const aliased = await invoke(name, null, { Qualifier: "live" });
  assert.deepEqual([aliased.result, aliased.ExecutedVersion], ["one", Version]);
});

test("a state machine calls a deployed function", async () => {
  const name = await createFunction(returning("one"));
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
  const machine = await createMachine({
    StartAt: "Call",
    States: { Call: { Type: "Task", Resource: Configuration.FunctionArn, End: true } },
  });
  assert.equal((await untilClosed(await start(machine))).output, '"one"');
});

test("functions are listed in pages", async () => {
  const names = [await createFunction(returning("a")), await createFunction(returning("b"))];
  const listed = [];
  for await (const page of paginateListFunctions({ client: lambda, pageSize: 1 }, {})) {
    listed.push(...page.Functions.map((configuration) => configuration.FunctionName));
  }
  assert.ok(names.every((name) => listed.includes(name)));
});

test("errors of Lambda are instances of the SDK's classes", async () => {
  const FunctionName = await createFunction(returning("one"));
  await assert.rejects(invoke(`${FunctionName}-not`, null), (error) => {
    assert.ok(error instanceof ResourceNotFoundException);
    assert.ok(error instanceof LambdaServiceException);
    assert.deepEqual([error.name, error.$fault], ["ResourceNotFoundException", "client"]);
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.match(error.message, /Function not found/);
    return true;
  });
  await assert.rejects(
    lambda.send(new InvokeCommand({ FunctionName, Payload: "{" })),
    (error) => error instanceof InvalidRequestContentException,
  );
  await assert.rejects(
    createFunction(returning("one"), { FunctionName }),
    (error) => error instanceof ResourceConflictException,
  );
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  await assert.rejects(
    lambda.send(new GetFunctionCommand({ FunctionName })),
    (error) => error instanceof ResourceNotFoundException,
  );
});
