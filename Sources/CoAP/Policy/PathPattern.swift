// SPDX-License-Identifier: Apache-2.0

/// Which paths a rule of an ``AccessPolicy`` is about, `sensors/**`.
///
/// A pattern is compared with the segments of a request's path one by one and never with a text of them all: a slash within a
/// segment divides nothing.
///
/// | Segment | Matches |
/// |---|---|
/// | `kitchen` | this one |
/// | `*` | any one segment that is not empty |
/// | `pump-*` | one segment that begins with `pump-`; `*` may stand anywhere, and more than once |
/// | `{identity}` | one segment: the peer's own name, its key's identity or its certificate's common name |
/// | `**` | any number of segments, none too |
///
/// `%` and two hexadecimal digits are one byte: `%2F` is a slash within a segment, `%2A` an asterisk. `/` alone is the root.
///
/// Texts that Unicode calls equivalent are the same, but `{identity}` of a rule that allows means the name's very bytes.
public struct PathPattern: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case glob(SegmentGlob)
        case any
        case own
        case rest
    }

    let segments: [Segment]
    /// The pattern as it was written.
    public let description: String

    /// Reads a pattern; a slash before it may be there or not.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` that says why no path could match it as it is meant.
    public init(_ text: String) throws(CoAPError) {
        func refuse(_ reason: String) -> CoAPError {
            CoAPError(.invalidArgument, "'\(PrintableText.escaped(text.utf8))' is no pattern of paths: \(reason)")
        }
        guard !text.isEmpty else { throw refuse("it is empty; write ** for every path, / for the root") }
        let path = text.hasPrefix("/") ? text.dropFirst() : text[...]
        let parts = path.isEmpty ? [] : path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= PathTemplate.maximumSegments else {
            throw refuse("it has \(parts.count) segments; \(PathTemplate.maximumSegments) are the most")
        }
        var segments: [Segment] = []
        for part in parts {
            let segment = try Self.segment(part, refuse)
            // Twice any number is any number.
            if segment != .rest || segments.last != .rest { segments.append(segment) }
        }
        self.segments = segments
        description = text
    }

    private static func segment(
        _ part: Substring, _ refuse: (String) -> CoAPError
    ) throws(CoAPError) -> Segment {
        switch part {
        case "": throw refuse("a segment is empty; take out the slash too many, or end with /** for all below")
        case "*": return .any
        case "**": return .rest
        case "{identity}": return .own
        default: break
        }
        guard !part.contains("**") else { throw refuse("'**' stands for whole segments; within one write '*'") }
        guard !part.contains(where: { "{}".contains($0) }) else {
            throw refuse("braces enclose {identity} alone, as a whole segment; as a character write %7B and %7D")
        }
        guard !part.contains("?") else { throw refuse("a query decides nothing; as a character write %3F") }
        let pieces = try PatternText.pieces(part, refuse)
        guard pieces.reduce(0, { $0 + $1.count }) <= 255 else { throw refuse("no segment has more than 255 bytes") }
        var texts: [String] = []
        for piece in pieces {
            guard let text = String(validating: piece, as: UTF8.self) else {
                throw refuse("its escapes do not decode to UTF-8")
            }
            texts.append(text)
        }
        guard texts.count == 1 else { return .glob(SegmentGlob(texts)) }
        guard texts[0] != ".", texts[0] != ".." else {
            throw refuse("'.' and '..' are no segments (RFC 7252 §5.10.1)")
        }
        return .literal(texts[0])
    }

    /// True when the pattern has the peer's own name in it.
    var needsName: Bool { segments.contains(.own) }

    /// True when a path is meant; the plain way, for one pattern.
    ///
    /// - Parameters:
    ///   - name: the peer's own.
    ///   - effect: what the rule does: the peer's name as Unicode may write it otherwise is denied with it, and not allowed.
    func matches(_ path: [String], name: String?, _ effect: AccessRule.Effect) -> Bool {
        // Which beginnings of the pattern match what was passed of the path.
        var states = Self.closed([true] + Array(repeating: false, count: segments.count), segments)
        for text in path {
            var next = Array(repeating: false, count: segments.count + 1)
            for (index, segment) in segments.enumerated() where states[index] {
                if segment == .rest {
                    next[index] = true
                } else if segment.matches(text, name: name, effect) {
                    next[index + 1] = true
                }
            }
            states = Self.closed(next, segments)
        }
        return states[segments.count]
    }

    /// True when each path the other matches is matched here.
    func covers(_ other: PathPattern) -> Bool {
        var states = Self.closed([true] + Array(repeating: false, count: segments.count), segments)
        for theirs in other.segments {
            var next = Array(repeating: false, count: segments.count + 1)
            for (index, ours) in segments.enumerated() where states[index] {
                if ours == .rest {
                    next[index] = true
                } else if ours.covers(theirs) {
                    next[index + 1] = true
                }
            }
            guard next.contains(true) else { return false }
            states = Self.closed(next, segments)
        }
        return states[segments.count]
    }

    /// A `**` may be passed over.
    private static func closed(_ states: [Bool], _ segments: [Segment]) -> [Bool] {
        var states = states
        for (index, segment) in segments.enumerated() where states[index] && segment == .rest {
            states[index + 1] = true
        }
        return states
    }

    /// Both mean the same, however they are written.
    public static func == (lhs: PathPattern, rhs: PathPattern) -> Bool { lhs.segments == rhs.segments }

    /// Hashes which paths are meant.
    ///
    /// - Parameter hasher: takes the hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(segments) }
}

extension PathPattern: CustomStringConvertible, ExpressibleByStringLiteral {
    /// A pattern of a program's text.
    ///
    /// - Precondition: the pattern is well formed, as `init(_:)` reads it.
    public init(stringLiteral text: String) {
        do throws(CoAPError) { try self.init(text) } catch { preconditionFailure(error.message) }
    }
}

extension PathPattern.Segment {
    /// True when one segment of a path is meant; a `**` is more than that, and never is here.
    func matches(_ text: String, name: String?, _ effect: AccessRule.Effect) -> Bool {
        switch self {
        case .literal(let literal): text == literal
        case .glob(let glob): glob.matches(text)
        case .any: !text.isEmpty
        case .own: name.map { effect.means($0, by: text) } ?? false
        case .rest: false
        }
    }

    func covers(_ other: PathPattern.Segment) -> Bool {
        switch (self, other) {
        case (_, .rest): false
        case (.any, _): true
        case (.glob(let glob), .literal(let literal)): glob.matches(literal)
        case (.glob(let one), .glob(let two)): one.covers(two)
        default: self == other
        }
    }
}
