// SPDX-License-Identifier: Apache-2.0

/// A route's path, `sensors/{name}`, taken apart.
struct PathTemplate: Hashable, Sendable, CustomStringConvertible {
    enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case parameter(String)
        case rest(String)
    }

    let segments: [Segment]
    let description: String

    /// How many segments a path may have, of a route and of a request.
    static let maximumSegments = 32

    /// Reads a path; a slash before it may be there or not.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` that says why no request could match it as it is meant.
    init(_ text: String) throws(CoAPError) {
        func refuse(_ reason: String) -> CoAPError {
            CoAPError(.invalidArgument, "'\(PrintableText.escaped(text.utf8))' is not the path of a route: \(reason)")
        }
        let path = text.hasPrefix("/") ? text.dropFirst() : text[...]
        let parts = path.isEmpty ? [] : path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= Self.maximumSegments else {
            throw refuse("it has \(parts.count) segments; \(Self.maximumSegments) are the most")
        }
        var segments: [Segment] = []
        var names: Set<Substring> = []
        for (index, part) in parts.enumerated() {
            guard !part.isEmpty else { throw refuse("a segment is empty; take out the slash too many") }
            guard part.contains(where: { "{}".contains($0) }) else {
                segments.append(.literal(try Self.literal(part, refuse)))
                continue
            }
            var name = part.dropFirst().dropLast()
            guard part.count > 1, part.hasPrefix("{"), part.hasSuffix("}"), !name.contains(where: { "{}".contains($0) })
            else { throw refuse("braces enclose a whole segment, {name}; as a character write %7B and %7D") }
            let isRest = name.hasSuffix("*")
            if isRest { name.removeLast() }
            guard !name.isEmpty, !name.contains("*") else { throw refuse("braces enclose a name, {name} or {name*}") }
            guard names.insert(name).inserted else { throw refuse("two segments are called '\(name)'; rename one") }
            guard !isRest || index == parts.count - 1 else { throw refuse("a segment that takes the rest stands last") }
            segments.append(isRest ? .rest(String(name)) : .parameter(String(name)))
        }
        self.segments = segments
        description = "/" + parts.joined(separator: "/")
    }

    private static func literal(
        _ part: Substring, _ refuse: (String) -> CoAPError
    ) throws(CoAPError) -> [UInt8] {
        guard !part.contains("?") else {
            throw refuse("a route has no query; the handler reads it, as a character write %3F")
        }
        let decoded: [String]
        do throws(CoAPError) { decoded = try CoAPURI.Reference(String(part)).path } catch {
            throw refuse(error.message)
        }
        // The reader takes '.' and '..' out, escaped or not.
        guard let segment = decoded.first else { throw refuse("'.' and '..' are no segments (RFC 7252 §5.10.1)") }
        return Array(segment.utf8)
    }

    /// True when both match the same paths, whatever their parameters are called.
    func overlaps(_ other: PathTemplate) -> Bool { nameless == other.nameless }

    /// The segments without the names of parameters: equal for templates that match the same paths.
    var nameless: [Segment] {
        segments.map { segment in
            switch segment {
            case .literal: segment
            case .parameter: .parameter("")
            case .rest: .rest("")
            }
        }
    }

    /// The segments when the path has no parameters; nil otherwise.
    var path: [String]? {
        var path: [String] = []
        for segment in segments {
            guard case .literal(let bytes) = segment else { return nil }
            path.append(String(decoding: bytes, as: UTF8.self))
        }
        return path
    }

    /// The path as a URI reference when it has no parameters; nil otherwise.
    var target: String? { path.map { CoAPURI.Reference(path: $0).description } }
}
