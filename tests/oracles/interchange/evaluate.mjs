// Runs ONNX models on token ids with ONNX Runtime: one JSON object a line in, {"model": path, "tokens": [[ids], ...]} with
// rows of one length, one a line out, {"shape": [...], "logits": [...]} or {"error": message}.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
let path;
let session;

async function evaluate({ model, tokens }) {
  if (model !== path) {
    await session?.release();
    session = await ort.InferenceSession.create(readFileSync(model), { logSeverityLevel: 3 });
    path = model;
  }
  const ids = BigInt64Array.from(tokens.flat(), BigInt);
  const input = new ort.Tensor('int64', ids, [tokens.length, tokens[0].length]);
  const { logits } = await session.run({ tokens: input });
  return { shape: logits.dims, type: logits.type, logits: Array.from(logits.data) };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await evaluate(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
