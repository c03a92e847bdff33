// SPDX-License-Identifier: Apache-2.0

/// One case of the plugtest.
package struct TestCase: Sendable {
    /// `TD_COAP_CORE_01`.
    package let id: String
    /// What it is about.
    package let title: String
    /// The section that demands it.
    package let rfc: String
    package let family: CaseFamily
    /// The cases of one track keep out of each other's way; tracks run side by side.
    package let track: String
    /// In a track, those of one stage run side by side, after those of lower stages.
    package let stage: Int
    package let body: @Sendable (CaseRun) throws(CaseEnd) -> Void

    /// A case by its name behind `TD_COAP_`.
    package init(
        _ name: String, _ title: String, rfc: String, track: String, stage: Int = 0,
        body: @escaping @Sendable (CaseRun) throws(CaseEnd) -> Void
    ) {
        id = "TD_COAP_" + name
        self.title = title
        self.rfc = rfc
        family = CaseFamily(rawValue: String(name.prefix { $0 != "_" })) ?? .core
        self.track = track
        self.stage = stage
        self.body = body
    }

    /// True when a pattern names it: with or without `TD_COAP_`, `*` for any text, in either case.
    package func matches(_ pattern: String) -> Bool {
        let wanted = Array(pattern.uppercased().utf8)
        return [id, String(id.dropFirst(8))].contains { Self.fits(Array($0.utf8)[...], wanted[...]) }
    }

    private static func fits(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == UInt8(ascii: "*") {
            // Names are short: trying every rest costs nothing.
            return (text.startIndex...text.endIndex).contains { fits(text[$0...], pattern.dropFirst()) }
        }
        return text.first == first && fits(text.dropFirst(), pattern.dropFirst())
    }
}
