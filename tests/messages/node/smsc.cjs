// A short message service centre: `node smsc.cjs [key.pem certificate.pem]`. Prints its port, then each part taken.
const fs = require("node:fs");
const smpp = require("smpp");

const [key, cert] = process.argv.slice(2).map((name) => fs.readFileSync(name));
const REFUSED = { 14255550190: smpp.ESME_RINVDSTADR, 14255550191: smpp.ESME_RMSGQFUL };

const server = smpp.createServer(key ? { key, cert } : {}, (session) => {
  let bound = false;
  session.on("error", () => {});
  session.on("bind_transmitter", (pdu) => {
    bound = pdu.system_id === "school" && pdu.password === "p4ss";
    session.send(pdu.response({ command_status: bound ? 0 : smpp.ESME_RINVPASWD }));
  });
  session.on("submit_sm", (pdu) => {
    const status = bound ? REFUSED[pdu.destination_addr] || 0 : smpp.ESME_RINVBNDSTS;
    if (status === 0) {
      const part = { to: pdu.destination_addr, from: pdu.source_addr, text: pdu.short_message.message };
      console.log(JSON.stringify(part));
    }
    session.send(pdu.response({ command_status: status, message_id: "1" }));
  });
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
