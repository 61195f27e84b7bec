// The founding story through the SDK for JavaScript: start a task on each invitation, list the tasks
// page by page, be refused. Prints what it saw as JSON; expects nothing.
import {
  PartnerCentralSellingClient,
  StartEngagementByAcceptingInvitationTaskCommand,
  paginateListEngagementByAcceptingInvitationTasks,
} from "@aws-sdk/client-partnercentral-selling";

const [endpoint, account, ...invitations] = process.argv.slice(2);
const client = new PartnerCentralSellingClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: account, secretAccessKey: "any" },
  maxAttempts: 1,
});
const Catalog = "Sandbox";

const started = [];
for (const Identifier of invitations) {
  const call = new StartEngagementByAcceptingInvitationTaskCommand({ Catalog, Identifier });
  started.push(await client.send(call));
}

const pages = [];
const walk = paginateListEngagementByAcceptingInvitationTasks({ client, pageSize: 2 }, { Catalog });
for await (const page of walk) {
  pages.push(page.TaskSummaries.map((task) => ({
    id: task.TaskId,
    status: task.TaskStatus,
    startedAt: task.StartTime.toISOString(),
  })));
}

const refusal = await client
  .send(new StartEngagementByAcceptingInvitationTaskCommand({ Catalog: "Elsewhere", Identifier: "engi-0000000000000" }))
  .catch((error) => ({ name: error.name, reason: error.Reason, field: error.ErrorList?.[0]?.FieldName }));

console.log(JSON.stringify({
  started: started.map((task) => ({ id: task.TaskId, status: task.TaskStatus, opportunity: task.OpportunityId })),
  pages,
  refusal,
}));
