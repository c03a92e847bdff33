// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Rates of requests as people write them: `50/s`, `600/min`, `36/h`, `50/s:200` with what may come at once, `off` for none.
enum RequestRateText {
    private static let units = ["s": 1.0, "min": 60, "h": 3600]

    /// The rate of an option; nil for none.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for what is no rate.
    static func parse(_ text: String, of option: String) throws(CoAPError) -> RequestRate? {
        if text == "off" { return nil }
        if let rate = rate(text) { return rate }
        throw CoAPError(
            .invalidArgument,
            "\(option) '\(PrintableText.escaped(text.utf8))' is no rate: write 50/s, 600/min, 50/s:200 for 200 at once, or "
                + "off")
    }

    private static func rate(_ text: String) -> RequestRate? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let pieces = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, pieces.count == 2, let seconds = units[String(pieces[1])],
            pieces[0].utf8.allSatisfy({ 48...57 ~= $0 || $0 == UInt8(ascii: ".") }), let count = Double(pieces[0]),
            count > 0, count <= 1_000_000_000
        else { return nil }
        var burst: Int?
        if parts.count == 2 {
            guard let number = Int(parts[1]), 1...1_000_000_000 ~= number else { return nil }
            burst = number
        }
        return RequestRate(perSecond: count / seconds, burst: burst)
    }
}
