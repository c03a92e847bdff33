// SPDX-License-Identifier: Apache-2.0

/// Some of the methods, as a rule of an ``AccessPolicy`` names them.
public struct MethodSet: OptionSet, Hashable, Sendable {
    /// A bit for each method, at the place of its number (RFC 7252 §12.1.1).
    public let rawValue: UInt8

    /// The methods of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0xFE }

    /// One method.
    public init(_ method: Method) { self.init(rawValue: 1 << method.rawValue) }

    /// GET.
    public static let get = MethodSet(.get)
    /// FETCH (RFC 8132).
    public static let fetch = MethodSet(.fetch)
    /// PUT.
    public static let put = MethodSet(.put)
    /// POST.
    public static let post = MethodSet(.post)
    /// DELETE.
    public static let delete = MethodSet(.delete)
    /// PATCH (RFC 8132).
    public static let patch = MethodSet(.patch)
    /// iPATCH (RFC 8132).
    public static let iPatch = MethodSet(.iPatch)

    /// What only reads: GET, which includes observing, and FETCH.
    public static let read: MethodSet = [.get, .fetch]
    /// What may change something: PUT, POST, DELETE, PATCH and iPATCH.
    public static let write: MethodSet = [.put, .post, .delete, .patch, .iPatch]
    /// Every method.
    public static let all: MethodSet = [.read, .write]

    /// The words of a policy's file, and what they stand for.
    package static let words: [(word: String, methods: MethodSet)] =
        [("read", read), ("write", write), ("all", all)]
        + [("get", get), ("fetch", fetch), ("put", put), ("post", post), ("delete", delete)]
        + [("patch", patch), ("ipatch", iPatch)]

    /// The methods a word stands for, in letters of either case; nil for another word.
    package init?(word: String) {
        let lowercased = word.lowercased()
        guard let known = Self.words.first(where: { $0.word == lowercased }) else { return nil }
        self = known.methods
    }

    /// True when the method is one of these.
    func contains(_ method: Method) -> Bool { rawValue & (1 << method.rawValue) != 0 }
}

extension MethodSet: CustomStringConvertible {
    /// The word for the whole, `read`, or the methods' names, `GET, PUT`.
    public var description: String {
        if let whole = Self.words.prefix(3).first(where: { $0.methods == self }) { return whole.word }
        return Method.allCases.filter(contains).map(\.description).joined(separator: ", ")
    }
}
