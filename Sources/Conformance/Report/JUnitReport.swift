// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Results in the XML that continuous integration reads (JUnit).
package enum JUnitReport {
    /// The document.
    package static func xml(_ report: SuiteReport) -> String {
        let counts =
            "tests=\"\(report.results.count)\" failures=\"\(report.count("fail"))\" "
            + "errors=\"\(report.count("inconclusive"))\" skipped=\"\(report.count("skipped"))\" "
            + "time=\"\(SuiteReport.seconds(report.duration))\""
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(counts)>\n"
        xml += "  <testsuite name=\"coap conformance \(escaped(report.server))\" \(counts)>\n"
        for result in report.results {
            xml += "    <testcase classname=\"\(escaped(className(result.id)))\" name=\"\(escaped(result.id)) "
            xml += "\(escaped(result.title))\" time=\"\(SuiteReport.seconds(result.duration))\">\n"
            switch result.verdict {
            case .pass: break
            case .fail(let reason):
                xml += "      <failure message=\"\(escaped(reason))\">\(escaped(result.rfc))</failure>\n"
            case .inconclusive(let reason):
                xml += "      <error message=\"\(escaped(reason))\">\(escaped(result.rfc))</error>\n"
            case .skipped(let reason): xml += "      <skipped message=\"\(escaped(reason))\"/>\n"
            }
            let lines = result.notes.map { "note: \($0)" } + result.wire
            if !lines.isEmpty {
                xml += "      <system-out>\(lines.map(escaped).joined(separator: "\n"))</system-out>\n"
            }
            xml += "    </testcase>\n"
        }
        return xml + "  </testsuite>\n</testsuites>\n"
    }

    /// `TD_COAP_CORE`.
    private static func className(_ id: String) -> String { String(id.prefix { !("0"..."9").contains($0) }.dropLast()) }

    /// Text that no server can break out of: what terminals act upon becomes `\xNN`, what XML acts upon an entity, and what
    /// XML 1.0 cannot hold at all is gone with the former.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in PrintableText.escaped(text.utf8).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&apos;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
