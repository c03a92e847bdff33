// SPDX-License-Identifier: Apache-2.0

extension FleetReport {
    /// Finds out whether assertions hold; puts the verdicts in the place of those that are there.
    mutating func judge(_ assertions: [Assertion]) {
        verdicts = assertions.map { assertion in
            switch assertion.check {
            case .metric(let metric, let comparison, let bound): judge(assertion, metric, comparison, bound)
            case .reports(let count, let devices, let comparison, let bound):
                judge(assertion, count, of: devices, comparison, bound)
            case .between(let quantity, let devices, let range): judge(assertion, quantity, of: devices, range)
            }
        }
    }

    // MARK: Numbers

    private func judge(
        _ assertion: Assertion, _ metric: FleetMetric, _ comparison: Assertion.Comparison, _ bound: Double
    ) -> Verdict {
        let name = Self.name(of: metric)
        guard let value = value(of: metric) else {
            return Verdict(assertion: assertion, holds: false, finding: "\(name) is not known: \(reason(metric))")
        }
        let holds = comparison.holds(value, bound)
        var finding = "\(name) \(Self.verb(metric)) \(Self.shown(value, of: metric))"
        if !holds, case .errors = metric, !counters.errors.isEmpty {
            let kinds = counters.errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            finding += ": " + kinds.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        if case .reportsLost = metric, counters.reportsWaiting > 0 {
            finding += ", and \(counters.reportsWaiting) wait still"
        }
        return Verdict(assertion: assertion, holds: holds, finding: finding)
    }

    private func judge(
        _ assertion: Assertion, _ count: ReportCount, of pattern: String, _ comparison: Assertion.Comparison,
        _ bound: Double
    ) -> Verdict {
        let glob = NameGlob(pattern)
        let named = reportsOfDevices.filter { glob.matches($0.device) }
        guard !named.isEmpty else {
            return Verdict(assertion: assertion, holds: false, finding: "no device that reports is named \(pattern)")
        }
        let value = named.reduce(0) { $0 + Double($1.reports[count]) }
        let holds = comparison.holds(value, bound)
        var finding = "reports \(count.rawValue) of \(pattern) were \(Self.digits(value))"
        if !holds, named.count > 1, let most = named.max(by: { $0.reports[count] < $1.reports[count] }) {
            finding += ", most at \(most.device) with \(most.reports[count])"
        }
        return Verdict(assertion: assertion, holds: holds, finding: finding)
    }

    /// A number of the report; nil when it is not known.
    private func value(of metric: FleetMetric) -> Double? {
        switch metric {
        case .latency(let share): latency.percentile(share)
        case .reportsMade: Double(counters.reportsMade)
        case .reportsDelivered: Double(counters.reportsDelivered)
        case .reportsLost: Double(counters.reportsLost)
        case .reportsDuplicated: received.map { Double($0.duplicates) }
        case .reportsWaiting: Double(counters.reportsWaiting)
        case .handshakes: Double(counters.handshakes)
        case .handshakesFailed: Double(counters.handshakesFailed)
        case .errors: Double(counters.errors.values.reduce(0, +))
        case .devicesUp: Double(counters.devicesUp)
        case .writesRefused: Double(counters.writesRefused)
        case .charge: averageCharge
        }
    }

    private func reason(_ metric: FleetMetric) -> String {
        switch metric {
        case .latency: "no report was answered"
        case .reportsDuplicated: "only a server that is part of the simulation tells"
        default: "no device reports"
        }
    }

    private static func name(of metric: FleetMetric) -> String {
        switch metric {
        case .latency(let share): "p\(digits(share * 100)) latency"
        case .reportsMade: "reports made"
        case .reportsDelivered: "reports delivered"
        case .reportsLost: "reports lost"
        case .reportsDuplicated: "reports duplicated"
        case .reportsWaiting: "reports waiting"
        case .handshakes: "handshakes"
        case .handshakesFailed: "handshakes failed"
        case .errors: "errors"
        case .devicesUp: "devices up"
        case .writesRefused: "writes refused"
        case .charge: "the charge on average"
        }
    }

    private static func verb(_ metric: FleetMetric) -> String {
        switch metric {
        case .latency, .charge: "was"
        default: "were"
        }
    }

    private static func shown(_ value: Double, of metric: FleetMetric) -> String {
        switch metric {
        case .latency: value < 1 ? "\(digits(value * 1000)) ms" : "\(digits(value)) s"
        case .charge: "\(digits(value)) mAh"
        default: digits(value)
        }
    }

    // MARK: Values

    private func judge(
        _ assertion: Assertion, _ quantity: String, of pattern: String, _ range: ClosedRange<Double>
    ) -> Verdict {
        func verdict(_ holds: Bool, _ finding: String) -> Verdict {
            Verdict(assertion: assertion, holds: holds, finding: finding)
        }
        let glob = NameGlob(pattern)
        let named = extremes.filter { glob.matches($0.device) }
        guard !named.isEmpty else { return verdict(false, "no device with sensors is named \(pattern)") }
        let measured = named.filter { $0.quantity == quantity }
        guard !measured.isEmpty else {
            let others = Set(named.map(\.quantity)).sorted().joined(separator: ", ")
            return verdict(false, "no device named \(pattern) measures \(quantity); there is \(others)")
        }
        let invalid = measured.reduce(0) { $0 + $1.invalid }
        let unfit = invalid == 0 ? "" : "; \(invalid) \(invalid == 1 ? "was" : "were") no number"
        let silent = measured.filter { $0.minimum == nil }
        if let first = silent.first, silent.count < measured.count {
            let others = silent.count == 1 ? "" : " and \(silent.count - 1) others"
            return verdict(false, "\(quantity) had no value at \(first.device)\(others)\(unfit)")
        }
        guard let least = measured.filter({ $0.minimum != nil }).min(by: { ($0.minimum ?? 0) < ($1.minimum ?? 0) }),
            let most = measured.filter({ $0.maximum != nil }).max(by: { ($0.maximum ?? 0) < ($1.maximum ?? 0) }),
            let minimum = least.minimum, let maximum = most.maximum
        else { return verdict(false, "\(quantity) had no value at any device named \(pattern)\(unfit)") }
        let below = range.lowerBound - minimum
        let above = maximum - range.upperBound
        let finding = "\(quantity) was \(Self.digits(minimum)) to \(Self.digits(maximum))\(unfit)"
        if below <= 0, above <= 0 { return verdict(true, finding) }
        let worst = below > above ? (least.device, minimum) : (most.device, maximum)
        let outside = measured.count { device in
            (device.minimum ?? minimum) < range.lowerBound || (device.maximum ?? maximum) > range.upperBound
        }
        let count = outside == 1 ? "" : "; \(outside) devices were outside"
        return verdict(false, "\(finding): worst at \(worst.0) with \(Self.digits(worst.1))\(count)")
    }

    /// A number with four digits that count, without what is not needed.
    private static func digits(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        if value == value.rounded() { return "\(Int(value))" }
        var places = 0
        var scale = 1.0
        while places < 6, abs(value) * scale < 1000 {
            places += 1
            scale *= 10
        }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
