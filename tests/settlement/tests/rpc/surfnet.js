// A Solana cluster in this process, with the program on it. Run: node surfnet.js PROGRAM.so
// Says one line of JSON when it is ready. Reads lines of JSON: {"time": MILLISECONDS} travels there, {"fund": KEY, "lamports": N} gives, and {"fund": KEY, "mint": KEY, "units": N} gives tokens; answers each with a line.
const { Surfnet } = require('@solana/surfpool-linux-x64-gnu');

const net = Surfnet.startWithConfig({ offline: true, blockProductionMode: 'clock', slotTimeMs: 50 });
// Events that nobody takes would fill up the memory, and then stop the cluster.
setInterval(() => net.drainEvents(), 100);
const programId = Surfnet.newKeypair().publicKey;
net.deploy({ programId, soPath: process.argv[2] });
console.log(JSON.stringify({ rpc: net.rpcUrl, programId, payerSecret: Array.from(net.payerSecretKey) }));

const end = () => {
  net.stop();
  process.exit(0);
};
let rest = '';
process.stdin.on('data', (data) => {
  const lines = (rest + data).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const asked = JSON.parse(line);
    if (asked.time) net.timeTravelToTimestamp(asked.time);
    if (asked.lamports) net.fundSol(asked.fund, asked.lamports);
    if (asked.mint) net.fundToken(asked.fund, asked.mint, asked.units);
    console.log(JSON.stringify({ done: true }));
  }
});
// The test has ended, however it did.
process.stdin.on('end', end);
