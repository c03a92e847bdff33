// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("IP addresses")
struct AddressTests {
    @Test("Their bytes")
    func bytes() {
        #expect(AddressText.bytes(of: "192.0.2.7") == [192, 0, 2, 7])
        #expect(AddressText.bytes(of: "::ffff:192.0.2.7") == [192, 0, 2, 7])
        #expect(AddressText.bytes(of: "fe80::1%eth0")?.count == 16)
        for text in ["", "localhost", "1.2.3", "::g"] { #expect(AddressText.bytes(of: text) == nil) }
    }

    @Test(
        "Those of many hosts are refused for DTLS",
        arguments: ["224.0.1.187", "239.255.255.255", "ff02::fd", "ff02::fd%eth0", "::ffff:224.0.1.187"])
    func multicast(host: String) throws {
        let error = #expect(throws: CoAPError.self) { try MulticastAddress.refuse(.coaps, host) }
        #expect(error?.code == .invalidURI && error?.message.contains(host) == true)
        try MulticastAddress.refuse(.coap, host)
    }

    @Test("Others are not", arguments: ["223.255.255.255", "240.0.0.1", "fe80::1", "::", "localhost", "ff02.example"])
    func unicast(host: String) throws { try MulticastAddress.refuse(.coaps, host) }
}
