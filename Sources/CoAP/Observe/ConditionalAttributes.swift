// SPDX-License-Identifier: Apache-2.0

/// When an observer wants to be notified: the parameters of its query that say so
/// (draft-ietf-core-conditional-attributes).
struct ConditionalAttributes: Equatable {
    /// `pmin`: the least time between two notifications; above zero.
    var minimumPeriod: Duration?
    /// `pmax`: the longest time without a notification; above zero, where less than ``shortestMaximum`` counts as that; not below ``minimumPeriod``.
    var maximumPeriod: Duration?
    /// `gt`: the value that must be crossed, upwards or back.
    var greaterThan: Double?
    /// `lt`: the value that must be crossed, downwards or back.
    var lessThan: Double?
    /// `st`: the least change since the last notification; above zero.
    var step: Double?
    /// `band`: `gt` and `lt` are the ends of a range, within which every change is notified.
    var isBand = false

    private static let names: Set<String> = ["pmin", "pmax", "gt", "lt", "st", "band"]

    /// More often than this nobody is told that nothing has changed.
    static let shortestMaximum: Duration = .milliseconds(100)

    /// No conditions.
    init() {}

    /// The conditions of a query.
    ///
    /// - Throws: `ResponseError` with 4.00 that names what is wrong.
    init(query: [String]) throws(ResponseError) {
        var seen: Set<String> = []
        for argument in query {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard Self.names.contains(name) else { continue }
            guard seen.insert(name).inserted else { throw Self.bad("\(name) stands twice") }
            let value = parts.count > 1 ? String(parts[1]) : nil
            switch name {
            case "pmin": minimumPeriod = try Self.period(name, value)
            case "pmax": maximumPeriod = max(try Self.period(name, value), Self.shortestMaximum)
            case "gt": greaterThan = try Self.number(name, value)
            case "lt": lessThan = try Self.number(name, value)
            case "st":
                let number = try Self.number(name, value)
                guard number > 0 else { throw Self.bad("st must be above zero") }
                step = number
            default:
                switch value {
                case nil, "true", "1": isBand = true
                case "false", "0": isBand = false
                default: throw Self.bad("band is true or false")
                }
            }
        }
        if let minimumPeriod, let maximumPeriod, maximumPeriod < minimumPeriod {
            throw Self.bad("pmax must not be below pmin")
        }
        if isBand, greaterThan == nil, lessThan == nil { throw Self.bad("band needs gt or lt") }
    }

    /// True when nothing depends on a number.
    var isAboutTime: Bool { greaterThan == nil && lessThan == nil && step == nil }

    /// True when a value is worth a notification after the one that was notified last.
    ///
    /// Without a number on either side every change is.
    func admits(_ value: Double?, after last: Double?) -> Bool {
        if isAboutTime { return true }
        guard let value, let last else { return true }
        if let step, abs(value - last) >= step { return true }
        if isBand { return isInBand(value) }
        if let greaterThan, (value > greaterThan) != (last > greaterThan) { return true }
        if let lessThan, (value < lessThan) != (last < lessThan) { return true }
        return false
    }

    /// One end bounds the range at one side; two ends the wrong way round leave out what is between them.
    private func isInBand(_ value: Double) -> Bool {
        switch (lessThan, greaterThan) {
        case (let low?, let high?) where low <= high: value >= low && value <= high
        case (let low?, let high?): value >= low || value <= high
        case (let low?, nil): value >= low
        case (nil, let high?): value <= high
        case (nil, nil): true
        }
    }

    /// The arguments of a query that are no conditions.
    static func removed(from query: [String]) -> [String] {
        query.filter { !names.contains(String($0.prefix { $0 != "=" })) }
    }

    private static func period(_ name: String, _ value: String?) throws(ResponseError) -> Duration {
        let seconds = try number(name, value)
        // More than a century is as good as never, and counts without overflowing.
        guard seconds > 0, seconds <= 4e9 else { throw bad("\(name) must be above zero, in seconds") }
        return .nanoseconds(Int64(seconds * 1e9))
    }

    private static func number(_ name: String, _ value: String?) throws(ResponseError) -> Double {
        guard let value, let number = Double(value), number.isFinite else { throw bad("\(name) needs a number") }
        return number
    }

    private static func bad(_ text: String) -> ResponseError { ResponseError(.badRequest, text) }
}

extension Request {
    /// The request as a handler of an observable resource sees it: without conditional attributes.
    ///
    /// - Throws: `ResponseError` with 4.00 when one of them is malformed.
    func withoutConditionalAttributes() throws(ResponseError) -> Request {
        guard options.contains(.uriQuery) else { return self }
        let query = options.uriQuery
        let rest = ConditionalAttributes.removed(from: query)
        guard rest.count != query.count else { return self }
        _ = try ConditionalAttributes(query: query)
        var result = self
        result.options.uriQuery = rest
        return result
    }
}
