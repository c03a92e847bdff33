// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// A rate of requests as people write it: `50/s`, `600/min`, `50/s:200` with what may come at once, `off` for none.
struct RequestRateOption: ExpressibleByArgument {
    /// Nil for none.
    let rate: RequestRate?

    init?(argument: String) {
        if argument == "off" {
            rate = nil
            return
        }
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        let pieces = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, pieces.count == 2, let seconds = ["s": 1.0, "min": 60, "h": 3600][String(pieces[1])],
            pieces[0].utf8.allSatisfy({ 48...57 ~= $0 || $0 == UInt8(ascii: ".") }), let count = Double(pieces[0]),
            count > 0, count <= 1_000_000_000
        else { return nil }
        var burst: Int?
        if parts.count == 2 {
            guard let number = Int(parts[1]), 1...1_000_000_000 ~= number else { return nil }
            burst = number
        }
        rate = RequestRate(perSecond: count / seconds, burst: burst)
    }
}
