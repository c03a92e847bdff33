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

    init(_ text: String) {
        guard let reference = try? CoAPURI.Reference(text.filter { $0 != "{" && $0 != "}" }), reference.query.isEmpty
        else {
            preconditionFailure("'\(text)' is not the path of a route")
        }
        let parts = text.split(separator: "/")
        segments = parts.enumerated().map { index, part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else {
                precondition(!part.contains { "{}".contains($0) }, "'\(text)': braces enclose a whole segment")
                let decoded = try? CoAPURI.Reference(String(part)).path.first
                return .literal(Array((decoded ?? String(part)).utf8))
            }
            let name = part.dropFirst().dropLast()
            guard name.hasSuffix("*") else { return .parameter(String(name)) }
            precondition(index == parts.count - 1, "'\(text)': a segment that takes the rest stands last")
            return .rest(String(name.dropLast()))
        }
        description = "/" + parts.joined(separator: "/")
    }

    /// True when both match the same paths, whatever their parameters are called.
    func overlaps(_ other: PathTemplate) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { pair in
                switch pair {
                case (.literal(let one), .literal(let two)): one == two
                case (.parameter, .parameter), (.rest, .rest): true
                default: false
                }
            }
    }

    /// The path as a URI reference when it has no parameters; nil otherwise.
    var target: String? {
        var path: [String] = []
        for segment in segments {
            guard case .literal(let bytes) = segment else { return nil }
            path.append(String(decoding: bytes, as: UTF8.self))
        }
        return CoAPURI.Reference(path: path).description
    }
}
