// SPDX-License-Identifier: Apache-2.0

import CoAP

/// TD_COAP_CORE_21 to 23: entity-tags and conditions. They change what they read, so they come one after the other.
enum ValidationCases {
    static let all = [validation, match, noneMatch]

    private static func eTag(of response: Message) throws(CaseEnd) -> [UInt8] {
        guard let tag = response.options.first(.eTag) else { throw .fail("the response has no ETag") }
        guard (1...8).contains(tag.count) else { throw .fail("the ETag has \(tag.count) bytes, not 1 to 8") }
        return tag
    }

    private static let validation = TestCase("CORE_21", "ETag and 2.03", rfc: "RFC 7252 §5.6.2", track: "validate") {
        run throws(CaseEnd) in
        let first = try run.exchange(run.request(.get, "validate")).response
        try run.expectContent(first)
        let tag = try eTag(of: first)
        let second = try run.exchange(run.request(.get, "validate", [CoAPOption(.eTag, tag)])).response
        try run.expect(second, .valid)
        try run.expect(try eTag(of: second) == tag, "2.03 has another ETag than the one asked for")
        try run.expect(second.payload.isEmpty, "2.03 has a payload of \(second.payload.count) bytes")
        let text = "TD_COAP_CORE_21 \(UInt16.random(in: .min ... .max))"
        let put = try run.exchange(run.request(.put, "validate", [run.text], payload: run.bytes(text))).response
        try run.expect(put, .changed, .created)
        let third = try run.exchange(run.request(.get, "validate", [CoAPOption(.eTag, tag)])).response
        try run.expectContent(third)
        try run.expect(try eTag(of: third) != tag, "the ETag is the same after the resource was changed")
    }

    private static let match = TestCase("CORE_22", "If-Match", rfc: "RFC 7252 §5.10.8.1", track: "validate", stage: 1) {
        run throws(CaseEnd) in
        let first = try run.exchange(run.request(.get, "validate")).response
        try run.expectContent(first)
        let old = try eTag(of: first)
        func put(_ text: String, _ condition: [UInt8]?) throws(CaseEnd) -> Message {
            let options = [run.text] + (condition.map { [CoAPOption(.ifMatch, $0)] } ?? [])
            return try run.exchange(run.request(.put, "validate", options, payload: run.bytes(text))).response
        }
        try run.expect(try put("TD_COAP_CORE_22 \(UInt16.random(in: .min ... .max))", old), .changed)
        let second = try run.exchange(run.request(.get, "validate")).response
        try run.expectContent(second)
        try run.expect(try eTag(of: second) != old, "the ETag is the same after the resource was changed")
        let text = "once more \(UInt16.random(in: .min ... .max))"
        let once = try put(text, nil)
        if once.code == .preconditionFailed {
            run.note("PUT without If-Match is refused as Californium does; the case asks for 2.04")
        } else {
            try run.expect(once, .changed)
        }
        let late = "too late \(UInt16.random(in: .min ... .max))"
        try run.expect(try put(late, old), .preconditionFailed)
        let last = try run.exchange(run.request(.get, "validate")).response
        try run.expectContent(last)
        // Californium's server starts afresh after 4.12: there only the refused text is wrong.
        let isUnchanged = once.code == .changed ? last.payload == run.bytes(text) : last.payload != run.bytes(late)
        try run.expect(isUnchanged, "the PUT that was refused changed the resource")
    }

    private static let noneMatch = TestCase(
        "CORE_23", "If-None-Match", rfc: "RFC 7252 §5.10.8.2", track: "validate", stage: 2
    ) { run throws(CaseEnd) in
        func put() throws(CaseEnd) -> Message {
            let options = [run.text, CoAPOption(.ifNoneMatch, [])]
            return try run.exchange(run.request(.put, "create1", options, payload: run.bytes("TD_COAP_CORE_23")))
                .response
        }
        var first = try put()
        if first.code == .preconditionFailed {
            // Left over by whoever was here before.
            _ = try run.exchange(run.request(.delete, "create1"))
            first = try put()
        }
        try run.expect(first, .created)
        try run.expect(try put(), .preconditionFailed)
    }
}
