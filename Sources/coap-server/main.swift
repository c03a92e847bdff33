// SPDX-License-Identifier: Apache-2.0
import CoAP

let router = Router()
router.get("hello") { _, _ in "hello, world 20 byte" }
router.get("slow") { _, _ in
    try await Task.sleep(for: .seconds(1))
    return "slow"
}
router.get("slower/{x}") { _, c in
    try await Task.sleep(for: .milliseconds(60))
    return c.parameters["x"]
}
router.put("hello") { r, _ in
    Response(.changed, text: "got \(r.payload.count)")
}
let keys = try PreSharedKeyTable([PreSharedKey(identity: "me", key: Secret("secretsecretsecret".utf8))])
let server = CoAPServer(
    endpoints: [
        .coap("127.0.0.1", port: UInt16(CommandLine.arguments[1])!),
        .coaps("127.0.0.1", port: UInt16(CommandLine.arguments[1])! + 1),
    ], security: .preSharedKeys(keys), router: router,
    onListening: { print($0) })
try await server.run()
