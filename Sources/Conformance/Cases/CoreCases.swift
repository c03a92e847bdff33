// SPDX-License-Identifier: Apache-2.0

import CoAP

/// TD_COAP_CORE_01 to 20 and 31: methods, message types, tokens and options.
enum CoreCases {
    static let all: [TestCase] =
        methods(.confirmable, first: 1) + methods(.nonConfirmable, first: 5) + separate + tokens + addresses + lossy
        + locations + [format, ping]

    /// Cases that read and write `/test` come one after the other: a server may keep what is put there.
    private static func methods(_ type: MessageType, first: Int) -> [TestCase] {
        func one(
            _ offset: Int, _ method: Method, _ payload: String, rfc: String, _ codes: [Code]
        ) -> TestCase {
            let number = first + offset
            return TestCase(
                "CORE_0\(number)", "\(method) \(type)", rfc: rfc, track: "test", stage: number
            ) { run throws(CaseEnd) in
                let request = run.request(
                    method, "test", type: type, payload.isEmpty ? [] : [run.text], payload: run.bytes(payload))
                let exchange = try run.exchange(request)
                try run.expect(
                    codes.contains(exchange.response.code),
                    "it answered \(exchange.response.code), and not "
                        + codes.map(\.description).joined(separator: " or "))
                if method == .get { try run.expectContent(exchange.response) }
                if type == .confirmable {
                    try run.expectPiggybacked(exchange)
                } else {
                    try run.expectUnacknowledged(exchange)
                }
                if exchange.response.code.isSuccess { try run.expectFormat(exchange.response) }
            }
        }
        let payload = "TD_COAP_CORE_0\(first + 2)"
        return [
            one(0, .get, "", rfc: "RFC 7252 §5.8.1", [.content]),
            one(1, .delete, "", rfc: "RFC 7252 §5.8.4", [.deleted]),
            one(2, .put, payload, rfc: "RFC 7252 §5.8.3", [.changed, .created]),
            one(3, .post, payload, rfc: "RFC 7252 §5.8.2", [.created, .changed]),
        ]
    }

    private static let separate = [
        TestCase("CORE_09", "Separate response", rfc: "RFC 7252 §5.2.2", track: "separate-09") {
            run throws(CaseEnd) in
            let exchange = try run.exchange(run.request(.get, "separate"))
            try run.expect(exchange.acknowledgement != nil, "the request was not acknowledged before its response")
            try run.expectSeparate(exchange)
            try run.expectContent(exchange.response)
        },
        TestCase("CORE_11", "Separate response with a token", rfc: "RFC 7252 §5.3.1", track: "separate-11") {
            run throws(CaseEnd) in
            let exchange = try run.exchange(run.request(.get, "separate", token: Token([0xBE, 0xEF])))
            try run.expectSeparate(exchange)
            try run.expectContent(exchange.response)
        },
        TestCase("CORE_17", "NON to a slow resource", rfc: "RFC 7252 §5.2.3", track: "separate-17") {
            run throws(CaseEnd) in
            let exchange = try run.exchange(run.request(.get, "separate", type: .nonConfirmable))
            try run.expectUnacknowledged(exchange)
            try run.expectContent(exchange.response)
        },
    ]

    private static let tokens = [
        TestCase("CORE_10", "GET with a token", rfc: "RFC 7252 §5.3.1", track: "test", stage: 10) {
            run throws(CaseEnd) in
            let exchange = try run.exchange(run.request(.get, "test", token: Token([1, 2, 3, 4, 5, 6, 7, 8])))
            try run.expectPiggybacked(exchange)
            try run.expectContent(exchange.response)
        },
        TestCase("CORE_12", "GET with an empty token", rfc: "RFC 7252 §5.3.1", track: "test", stage: 12) {
            run throws(CaseEnd) in
            let exchange = try run.exchange(run.request(.get, "test", token: .empty))
            try run.expectPiggybacked(exchange)
            try run.expectContent(exchange.response)
        },
    ]

    private static let addresses = [
        TestCase("CORE_13", "Several Uri-Path options", rfc: "RFC 7252 §5.10.1", track: "path") {
            run throws(CaseEnd) in
            let exchange = try run.exchange(run.request(.get, "seg1/seg2/seg3"))
            try run.expectPiggybacked(exchange)
            try run.expectContent(exchange.response)
        },
        TestCase("CORE_14", "Several Uri-Query options", rfc: "RFC 7252 §5.10.1", track: "path", stage: 1) {
            run throws(CaseEnd) in
            let request = run.request(.get, "query", query: ["first=1", "second=2", "third=3"])
            try run.expectContent(try run.exchange(request).response)
        },
    ]

    /// Demands that the case deserves its name: a request and a response were lost, and every exchange ended well nonetheless.
    private static func expectLosses(_ channel: WireChannel, _ run: CaseRun) throws(CaseEnd) {
        let requests = channel.lost[.request, default: 0]
        let responses = channel.lost[.response, default: 0]
        guard requests > 0, responses > 0 else { throw .inconclusive("nothing was lost") }
        run.note("lost and recovered: \(requests) requests, \(responses) responses")
    }

    private static let lossy = [
        TestCase("CORE_15", "Piggybacked response, lossy", rfc: "RFC 7252 §4.2", track: "lossy-15") {
            run throws(CaseEnd) in
            let channel = try run.channel(Loss(seed: 15, first: [.request: 1, .response: 1]))
            for _ in 0..<4 { try run.expectContent(try run.exchange(run.request(.get, "test")).response) }
            try expectLosses(channel, run)
        },
        TestCase("CORE_16", "Separate response, lossy", rfc: "RFC 7252 §4.2, §4.5", track: "lossy-16") {
            run throws(CaseEnd) in
            let channel = try run.channel(Loss(seed: 16, first: [.request: 1, .response: 1]))
            for _ in 0..<2 {
                let exchange = try run.exchange(run.request(.get, "separate"))
                try run.expectContent(exchange.response)
                try run.expectSeparate(exchange)
            }
            try expectLosses(channel, run)
            // The same message id again: the server may answer again, or only acknowledge (RFC 7252 §4.5).
            channel.loss = nil
            let request = run.request(.get, "separate")
            try run.send(request)
            try run.send(request, remark: "again")
            let response = try run.next(within: .seconds(10)) {
                $0.token == request.token && $0.code.isResponse
            }
            guard let response else { throw .fail("no response after the request came twice") }
            try run.expectContent(response)
        },
    ]

    private static let locations = [
        TestCase("CORE_18", "POST with Location-Path", rfc: "RFC 7252 §5.10.7", track: "test", stage: 18) {
            run throws(CaseEnd) in
            let request = run.request(.post, "test", [run.text], payload: run.bytes("TD_COAP_CORE_18"))
            let response = try run.exchange(request).response
            try run.expect(response, .created)
            let path = response.options.locationPath
            try run.expect(
                path == ["location1", "location2", "location3"],
                "Location-Path is '\(PrintableText.escaped(path.joined(separator: "/").utf8))', not "
                    + "'location1/location2/location3'")
        },
        TestCase("CORE_19", "POST with Location-Query", rfc: "RFC 7252 §5.10.7", track: "location") {
            run throws(CaseEnd) in
            let request = run.request(.post, "location-query", [run.text], payload: run.bytes("TD_COAP_CORE_19"))
            let response = try run.exchange(request).response
            try run.expect(response, .created)
            let query = response.options.locationQuery
            try run.expect(
                query == ["first=1", "second=2"],
                "Location-Query is '\(PrintableText.escaped(query.joined(separator: "&").utf8))', not "
                    + "'first=1&second=2'")
        },
    ]

    private static let format = TestCase("CORE_20", "GET with Accept", rfc: "RFC 7252 §5.10.4", track: "format") {
        run throws(CaseEnd) in
        for format in [ContentFormat.text, .xml] {
            let request = run.request(.get, "multi-format", [CoAPOption(.accept, uint: UInt64(format.rawValue))])
            let response = try run.exchange(request).response
            try run.expectContent(response)
            try run.expectFormat(response, format)
        }
        // Californium's own, beyond the specification of the case.
        for format in [ContentFormat.json, .cbor] {
            let request = run.request(.get, "multi-format", [CoAPOption(.accept, uint: UInt64(format.rawValue))])
            let response = try run.exchange(request).response
            if response.code == .notAcceptable {
                run.note("it has no \(format), which the case leaves open")
            } else {
                try run.expectContent(response)
                try run.expectFormat(response, format)
            }
        }
    }

    private static let ping = TestCase("CORE_31", "Ping", rfc: "RFC 7252 §4.3", track: "ping") {
        run throws(CaseEnd) in
        let ping = Message(.confirmable, .empty, messageID: run.freshID())
        // A second time after its repetition interval, as for any confirmable message.
        for patience in [Duration.seconds(2), .seconds(4)] {
            try run.send(ping)
            let answer = try run.next(within: patience) { $0.messageID == ping.messageID }
            guard let answer else { continue }
            try run.expect(answer.type == .reset, "a \(answer.type) answers the ping, not a reset")
            try run.expect(answer.code == .empty, "the reset has the code \(answer.code)")
            return
        }
        throw .fail("no reset answers the ping within 6 s")
    }
}
