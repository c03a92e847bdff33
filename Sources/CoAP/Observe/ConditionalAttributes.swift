// SPDX-License-Identifier: Apache-2.0

/// When an observer wants to be notified: the parameters of its query that say so (draft-ietf-core-conditional-attributes), with the
/// names of its first versions, `pmin`, and those of later ones, `c.pmin`.
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
    /// `band`, by its presence: alone `lt` is the least value that is notified, and `gt` the largest; of both, where `gt` is below
    /// `lt`, they are the ends of what is notified, and else of what is not. A change there counts, or one by ``step`` if there is
    /// one.
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
            let name = Self.plain(parts[0])
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
            default: isBand = true
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
        let isStep = step.map { abs(value - last) >= $0 }
        if isBand { return isInBand(value) && isStep ?? true }
        if isStep == true { return true }
        if let greaterThan, (value > greaterThan) != (last > greaterThan) { return true }
        if let lessThan, (value < lessThan) != (last < lessThan) { return true }
        return false
    }

    private func isInBand(_ value: Double) -> Bool {
        switch (lessThan, greaterThan) {
        case (let less?, let greater?) where greater < less: greater <= value && value <= less
        case (let less?, let greater?): value <= less || value >= greater
        case (let least?, nil): value >= least
        case (nil, let most?): value <= most
        case (nil, nil): true
        }
    }

    /// Max-Age of a response, which says no longer time than ``maximumPeriod``: nothing new by then means that something is wrong.
    func maximumAge(_ given: UInt32?) -> UInt32? {
        guard let maximumPeriod else { return given }
        let seconds = maximumPeriod.components.seconds + (maximumPeriod.components.attoseconds > 0 ? 1 : 0)
        return seconds < Int64(given ?? 60) ? UInt32(clamping: seconds) : given
    }

    /// The arguments of a query that are no conditions.
    static func removed(from query: [String]) -> [String] {
        query.filter { !names.contains(plain($0.prefix { $0 != "=" })) }
    }

    private static func plain(_ name: Substring) -> String { String(name.hasPrefix("c.") ? name.dropFirst(2) : name) }

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
