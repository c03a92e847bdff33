// SPDX-License-Identifier: Apache-2.0

import CoAP

extension CaseRun {
    /// Ends the case with a failure unless something holds.
    func expect(_ holds: Bool, _ reason: @autoclosure () -> String) throws(CaseEnd) {
        if !holds { throw .fail(reason()) }
    }

    /// Demands one of some codes of a response.
    func expect(_ response: Message, _ codes: Code...) throws(CaseEnd) {
        guard !codes.contains(response.code) else { return }
        let diagnostic = response.code.isSuccess ? "" : PrintableText.escaped(response.payload.prefix(80))
        throw .fail(
            "it answered \(response.code)\(diagnostic.isEmpty ? "" : " '\(diagnostic)'"), and not "
                + codes.map(\.description).joined(separator: " or "))
    }

    /// Demands 2.05 with a payload and its Content-Format.
    func expectContent(_ response: Message) throws(CaseEnd) {
        try expect(response, .content)
        try expect(!response.payload.isEmpty, "the response has no payload")
        try expectFormat(response)
    }

    /// Demands a Content-Format where there is a payload (RFC 7252 §5.5.1), perhaps a certain one.
    func expectFormat(_ message: Message, _ format: ContentFormat? = nil) throws(CaseEnd) {
        guard !message.payload.isEmpty || format != nil else { return }
        guard let found = message.options.contentFormat else {
            throw .fail("the payload has no Content-Format (RFC 7252 §5.5.1)")
        }
        if let format { try expect(found == format, "the Content-Format is \(found.rawValue), not \(format.rawValue)") }
    }

    /// Demands that a confirmable request was answered in its acknowledgement.
    func expectPiggybacked(_ exchange: Exchange) throws(CaseEnd) {
        try expect(
            exchange.isPiggybacked, "the response came in a \(exchange.response.type), not in the acknowledgement")
    }

    /// Demands that nothing acknowledged a non-confirmable request (RFC 7252 §4.3).
    func expectUnacknowledged(_ exchange: Exchange) throws(CaseEnd) {
        try expect(exchange.acknowledgement == nil, "an acknowledgement answers a NON")
        if exchange.response.type == .confirmable {
            note("the response to a NON came in a CON, which RFC 7252 §5.2.3 allows")
        }
    }

    /// Demands an empty acknowledgement and a confirmable response behind it.
    func expectSeparate(_ exchange: Exchange) throws(CaseEnd) {
        try expect(!exchange.isPiggybacked, "the response stands in the acknowledgement and is not separate")
        try expect(
            exchange.response.type == .confirmable, "the separate response is \(exchange.response.type), not CON")
    }

    /// A text as option values and payloads have it.
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The option that says a payload is text.
    var text: CoAPOption { CoAPOption(.contentFormat, uint: 0) }
}
