// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@testable import struct CoAPCredentials.PreSharedKeyFile

@Suite("Keys with holders and ends in psk.json")
struct PreSharedKeyEndTests {
    let box: Sandbox

    init() throws {
        box = try Sandbox()
        try FileManager.default.createDirectory(atPath: box.path("keys"), withIntermediateDirectories: false)
    }

    private func write(_ further: String) throws {
        try box.write(
            #"[{"identity": "pump@2", "key": "0011223344556677"\#(further)}]"#, to: "keys/psk.json")
    }

    @Test func holderAndEndAreReadAndWritten() throws {
        try write(#", "holder": "pump \"", "expires": "2026-12-04T12:00:00Z""#)
        let key = try #require(try box.keys.preSharedKeys().first)
        #expect(key.holder == Array("pump \"".utf8))
        #expect(key.notAfter == 1_796_385_600)
        let text = try PreSharedKeyFile([key]).encoded().withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(text == (try box.text("keys/psk.json")).replacing("[{", with: "[\n  {").replacing("}]", with: "}\n]\n"))
    }

    @Test func aFileOfOldReadsAsBefore() throws {
        try write("")
        let key = try #require(try box.keys.preSharedKeys().first)
        #expect(key.holder == key.identity && key.notAfter == nil)
    }

    @Test(arguments: [
        "2026-12-04", "2026-12-04T12:00:00", "2026-12-04 12:00:00Z", "2026-12-04T12:00:00+01:00",
        "2026-02-30T12:00:00Z",
        "2026-12-04T24:00:00Z", "2026-12-04T12:60:00Z", "", "soon", "2026-12-04T12:00:00Zx",
    ])
    func whatIsNoMomentIsRefused(text: String) throws {
        try write(#", "expires": "\#(text)""#)
        let error = failure { () throws(CoAPError) in try box.keys.preSharedKeys() }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.hasSuffix("'expires' is no moment such as 2026-12-04T12:00:00Z") == true)
    }

    @Test func aKeyThatRanOutIsNotGivenAway() throws {
        try write(#", "expires": "2020-01-01T00:00:00Z""#)
        let error = failure { () throws(CoAPError) in try box.keys.preSharedKey(identity: "pump@2") }
        #expect(error?.message.contains("ran out on 2020-01-01; make a new one with: coap keys rotate pump@2") == true)
        try write(#", "holder": "pump", "expires": "2020-01-01T00:00:00Z""#)
        #expect(
            failure { () throws(CoAPError) in try box.keys.preSharedKey(identity: "pump@2") }?.message.contains(
                "rotate pump") == true)
        try write(
            #", "holder": "pump", "expires": "2020-01-01T00:00:00Z"}, {"identity": "pump@3", "key": "0011223344556677", "holder": "pump""#
        )
        #expect(try box.keys.preSharedKey(identity: "pump").identity == Array("pump@3".utf8))
        let replaced = failure { () throws(CoAPError) in try box.keys.preSharedKey(identity: "pump@2") }
        #expect(replaced?.message.hasSuffix("its device has one of the identity 'pump@3' now") == true)
    }
}
