// SPDX-License-Identifier: Apache-2.0

/// Whom a rule of an ``AccessPolicy`` is about.
///
/// | Text | Who |
/// |---|---|
/// | `anonymous` | whoever has shown no credential |
/// | `anybody` | every peer, anonymous ones too |
/// | `authenticated` | whoever has a pre-shared key or a certificate |
/// | `psk:pump-*` | pre-shared keys by their identity |
/// | `cert:pump-*` | certificates by their subject's first common name |
/// | `dns:*.example` | certificates by a subject alternative name of the kind DNS, in letters of either case |
/// | `uri:urn:dev:*` | certificates by a subject alternative name of the kind URI |
/// | `sha256:9F86…` | one certificate, by its fingerprint of 64 hexadecimal digits |
/// | `pump-*` | keys and certificates, as `psk:` and `cert:` together |
///
/// `*` stands for any number of any bytes. In the names of `psk:`, `cert:` and patterns without a kind `%` and two
/// hexadecimal digits are one byte: `%2A` is an asterisk, `%25` a percent sign. Names are compared byte by byte, and those of one
/// kind never with those of another: a certificate cannot pass for a key by what its alternative names say.
public struct IdentityPattern: Hashable, Sendable {
    indirect enum Kind: Hashable, Sendable {
        case anonymous, anybody, authenticated
        case key(Glob<UInt8>)
        case certificate(Glob<UInt8>)
        case name(Glob<UInt8>)
        case dns(Glob<UInt8>)
        case uri(Glob<UInt8>)
        case fingerprint([UInt8])
        case oneOf([IdentityPattern])
    }

    let kind: Kind
    /// The pattern as it was written.
    public let description: String

    /// Whoever has shown no credential.
    public static let anonymous = IdentityPattern(kind: .anonymous, description: "anonymous")
    /// Every peer, anonymous ones too.
    public static let anybody = IdentityPattern(kind: .anybody, description: "anybody")
    /// Whoever has a pre-shared key or a certificate.
    public static let authenticated = IdentityPattern(kind: .authenticated, description: "authenticated")

    /// The words that are no names.
    package static let words = [anonymous, anybody, authenticated]

    /// A group: whoever is meant by one of several patterns.
    ///
    /// - Parameters:
    ///   - name: what the group is called.
    ///   - members: the patterns; a group without any is nobody.
    public static func group(_ name: String, _ members: IdentityPattern...) -> IdentityPattern {
        group(name, of: members)
    }

    package static func group(_ name: String, of members: [IdentityPattern]) -> IdentityPattern {
        IdentityPattern(kind: .oneOf(members), description: name)
    }

    init(kind: Kind, description: String) {
        self.kind = kind
        self.description = description
    }

    /// Reads a pattern.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` that says why nobody could be meant by it, or who is unclear.
    public init(_ text: String) throws(CoAPError) {
        func refuse(_ reason: String) -> CoAPError {
            CoAPError(.invalidArgument, "'\(PrintableText.escaped(text.utf8))' says not who is meant: \(reason)")
        }
        if let word = Self.words.first(where: { $0.description == text }) {
            self = word
            return
        }
        guard !text.isEmpty else { throw refuse("it is empty; write anybody, authenticated, anonymous or a name") }
        guard text.utf8.first != UInt8(ascii: " "), text.utf8.last != UInt8(ascii: " ") else {
            throw refuse("it has a space at an end; take it out, or write it as %20")
        }
        guard text.contains(where: { $0 != "*" }) else {
            throw refuse("write anybody, which includes anonymous peers, or authenticated, which does not")
        }
        description = text
        guard let colon = text.firstIndex(of: ":") else {
            kind = .name(Glob(pieces: try PatternText.pieces(text, refuse)))
            return
        }
        let name = text[text.index(after: colon)...]
        guard !name.isEmpty else { throw refuse("a name is missing behind ':'; \(text)* means all of that kind") }
        switch text[..<colon] {
        case "psk": kind = .key(Glob(pieces: try PatternText.pieces(name, refuse)))
        case "cert": kind = .certificate(Glob(pieces: try PatternText.pieces(name, refuse)))
        case "dns", "uri":
            // What cannot be shown stands escaped in these names, and must not be asked for.
            guard !name.utf8.contains(UInt8(ascii: "\\")) else { throw refuse("no such name has a backslash") }
            let pieces = try PatternText.pieces(name, decodes: false, refuse)
            kind =
                text.hasPrefix("dns")
                ? .dns(Glob(pieces: pieces.map { $0.map(Self.lowercased) })) : .uri(Glob(pieces: pieces))
        case "sha256":
            guard let bytes = Hexadecimal.decode(name.filter { $0 != ":" }), bytes.count == 32 else {
                throw refuse("a fingerprint has 64 hexadecimal digits ('openssl x509 -fingerprint -sha256' shows it)")
            }
            kind = .fingerprint(bytes)
        default:
            throw refuse(
                "kinds are psk, cert, dns, uri and sha256; of a key with a colon in its name write psk:\(text)")
        }
    }

    /// True when the peer of this identity is meant.
    func matches(_ identity: PeerIdentity) -> Bool {
        switch (kind, identity) {
        case (.anybody, _): true
        case (.oneOf(let members), _): members.contains { $0.matches(identity) }
        case (.anonymous, _): identity.isNobody
        case (_, .anonymous), (_, .preSharedKey([])): false
        case (.authenticated, _): true
        case (.key(let name), .preSharedKey(let bytes)), (.name(let name), .preSharedKey(let bytes)):
            name.matches(bytes)
        case (.certificate(let name), .certificate(let certificate)), (.name(let name), .certificate(let certificate)):
            // What has no common name is still a certificate.
            certificate.commonName.map { name.matches(Array($0.utf8)) } ?? name.matchesEverything
        case (.dns(let name), .certificate(let certificate)):
            certificate.alternativeNames.contains { $0.dnsBytes.map(name.matches) ?? false }
        case (.uri(let name), .certificate(let certificate)):
            certificate.alternativeNames.contains { $0.uriBytes.map(name.matches) ?? false }
        case (.fingerprint(let bytes), .certificate(let certificate)): certificate.fingerprint == bytes
        default: false
        }
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }

    /// True when everybody who is meant by the other is meant here, as far as that can be told.
    func covers(_ other: IdentityPattern) -> Bool {
        switch (kind, other.kind) {
        case (_, .oneOf(let members)): members.allSatisfy(covers)
        case (.anybody, _): true
        case (.oneOf(let members), _): members.contains { $0.covers(other) }
        case (.authenticated, .anybody), (.authenticated, .anonymous): false
        case (.authenticated, _): true
        case (.key(let one), .key(let two)), (.certificate(let one), .certificate(let two)),
            (.name(let one), .name(let two)), (.name(let one), .key(let two)), (.name(let one), .certificate(let two)),
            (.dns(let one), .dns(let two)), (.uri(let one), .uri(let two)):
            one.covers(two)
        case (.certificate(let name), .dns), (.certificate(let name), .uri), (.certificate(let name), .fingerprint):
            name.matchesEverything
        default: kind == other.kind
        }
    }

    /// Both mean the same, however they are written.
    public static func == (lhs: IdentityPattern, rhs: IdentityPattern) -> Bool { lhs.kind == rhs.kind }

    /// Hashes who is meant.
    ///
    /// - Parameter hasher: takes the hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(kind) }
}

extension IdentityPattern: CustomStringConvertible, ExpressibleByStringLiteral {
    /// A pattern of a program's text.
    ///
    /// - Precondition: the pattern is well formed, as `init(_:)` reads it.
    public init(stringLiteral text: String) {
        do throws(CoAPError) { try self.init(text) } catch { preconditionFailure(error.message) }
    }
}

extension CertificateIdentity.AlternativeName {
    /// What patterns of the kind `dns` are compared with.
    var dnsBytes: [UInt8]? {
        if case .dns(let text) = self { Self.bytes(text)?.map(IdentityPattern.lowercased) } else { nil }
    }

    /// What patterns of the kind `uri` are compared with.
    var uriBytes: [UInt8]? { if case .uri(let text) = self { Self.bytes(text) } else { nil } }

    /// Bytes that cannot be shown stand escaped in alternative names, and no name with such bytes is anybody's.
    private static func bytes(_ text: String) -> [UInt8]? {
        text.isEmpty || text.utf8.contains(UInt8(ascii: "\\")) ? nil : Array(text.utf8)
    }
}

extension PeerIdentity {
    /// True for whoever has proved nothing. A key without an identity names nobody either.
    var isNobody: Bool {
        switch self {
        case .anonymous: true
        case .preSharedKey(let identity): identity.isEmpty
        case .certificate: false
        }
    }

    /// The name as a path's segment: the key's identity, or the certificate's common name; nil where there is none, or none that
    /// could be a segment.
    var segment: String? {
        let name: String?
        switch self {
        case .anonymous: name = nil
        case .preSharedKey(let identity): name = String(validating: identity, as: UTF8.self)
        case .certificate(let certificate): name = certificate.commonName
        }
        guard let name, !name.isEmpty, name.utf8.count <= 255, name != ".", name != ".." else { return nil }
        return name
    }
}
