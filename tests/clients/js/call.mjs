// Calls the API for a test in Python: a line of JSON in, a line of JSON out, until the input ends.
//   {"operation": "GetOpportunity", "input": {…}}                    one command
//   {"paginate": "ListOpportunities", "input": {…}, "pageSize": 1}   every page of a paginator
// out: {"answer": …} | {"pages": […]} | {"error": {"name": …, "message": …, "status": …, …}}
// Endpoint and credentials come from the environment, as in anybody's program.

import { createInterface } from "node:readline";
import * as sdk from "@aws-sdk/client-partnercentral-selling";

const client = new sdk.PartnerCentralSellingClient({ maxAttempts: 1 });

async function carryOut({ operation, paginate, input, pageSize }) {
  if (operation) {
    const { $metadata, ...answer } = await client.send(new sdk[`${operation}Command`](input));
    return { answer };
  }
  const pages = [];
  for await (const page of sdk[`paginate${paginate}`]({ client, pageSize }, input)) {
    const { $metadata, ...members } = page;
    pages.push(members);
  }
  return { pages };
}

function told(error) {
  const { name, message, $metadata, $fault, ...members } = error;
  return { name, message, status: $metadata?.httpStatusCode, fault: $fault, ...members };
}

for await (const line of createInterface({ input: process.stdin })) {
  let outcome;
  try {
    outcome = await carryOut(JSON.parse(line));
  } catch (error) {
    outcome = { error: told(error) };
  }
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
