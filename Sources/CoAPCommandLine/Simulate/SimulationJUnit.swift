// SPDX-License-Identifier: Apache-2.0

import Conformance
import DeviceSimulator
import Foundation

/// The assertions of `coap simulate` in the XML that continuous integration reads (JUnit).
enum SimulationJUnit {
    /// The document: a test case for each assertion.
    static func xml(_ result: SimulationResult) -> String {
        let report = result.report
        let seconds = String(format: "%.3f", report.elapsed)
        let failures = report.verdicts.count { !$0.holds }
        let counts =
            "tests=\"\(report.verdicts.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"0\" time=\"\(seconds)\""
        let name = JUnitReport.escaped(report.name)
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(counts)>\n"
        xml += "  <testsuite name=\"coap simulate \(name)\" \(counts)>\n"
        for verdict in report.verdicts {
            let assertion = JUnitReport.escaped(verdict.assertion.text)
            let finding = JUnitReport.escaped(verdict.finding)
            xml += "    <testcase classname=\"\(name)\" name=\"\(assertion)\" time=\"\(seconds)\">\n"
            xml +=
                verdict.holds
                ? "      <system-out>\(finding)</system-out>\n"
                : "      <failure message=\"\(finding)\">\(assertion)</failure>\n"
            xml += "    </testcase>\n"
        }
        return xml + "  </testsuite>\n</testsuites>\n"
    }
}
