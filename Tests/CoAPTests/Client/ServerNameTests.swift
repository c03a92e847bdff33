// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Whom a server has to be")
struct ServerNameTests {
    @Test("What the system takes for an address is one")
    func addresses() throws {
        #expect(try ServerName(host: "127.0.0.1") == .address([127, 0, 0, 1]))
        #expect(try ServerName(host: "127.1") == .address([127, 0, 0, 1]))
        #expect(try ServerName(host: "::1") == .address([UInt8](repeating: 0, count: 15) + [1]))
        #expect(try ServerName(host: "::ffff:127.0.0.1") == .address([127, 0, 0, 1]))
    }

    @Test("One dot at the end of a name is dropped")
    func names() throws {
        #expect(try ServerName(host: "device.example") == .name("device.example"))
        #expect(try ServerName(host: "device.example.") == .name("device.example"))
    }

    @Test("What no certificate can name is refused", arguments: ["", ".", "*", "*.example", "a\0b"])
    func refused(host: String) async {
        let error = #expect(throws: CoAPError.self) { try ServerName(host: host) }
        #expect(error?.code == .invalidURI)
        let opening = await #expect(throws: CoAPError.self) {
            try await CoAPClient.withSession(to: CoAPURI(scheme: .coap, host: host), security: .plain) { _ in }
        }
        #expect(opening?.code == .invalidURI)
    }
}
