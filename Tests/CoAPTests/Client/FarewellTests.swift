// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Logging
import Testing

@testable import CoAP

@Suite("A session's farewell")
struct FarewellTests {
    @Test("A session that ends without a farewell sends nothing more", arguments: [true, false])
    func farewell(says: Bool) async throws {
        let key = Secret([UInt8](repeating: 7, count: 16))
        let table = try PreSharedKeyTable([try PreSharedKey(identity: "device", key: key)])
        let router = Router()
        router.get("it") { _, _ in Response(text: "there") }
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(table)
        ) { uris in
            let session = try await ClientSession.open(
                uris[0], security: .preSharedKey(identity: "device", key: key),
                configuration: ClientConfiguration(),
                logger: Logger(label: "farewell", factory: { _ in SwiftLogNoOpLogHandler() }))
            _ = try await session.get("it")
            let before = await session.traffic.datagramsSent
            await session.close(farewell: says)
            let after = await session.traffic.datagramsSent
            #expect(after - before == (says ? 1 : 0))
        }
    }
}
