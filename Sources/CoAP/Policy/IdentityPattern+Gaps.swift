// SPDX-License-Identifier: Apache-2.0

// Patterns that can be looked up by their hash. What is found so is whom `matches(_:)` means.
extension IdentityPattern {
    /// True for a name with gaps, which cannot be looked up.
    var hasGaps: Bool {
        switch kind {
        case .anonymous, .anybody, .authenticated, .fingerprint: false
        case .key(let name), .certificate(let name), .name(let name), .dns(let name), .uri(let name):
            name.literal == nil
        // A group is looked up by its members.
        case .oneOf: false
        }
    }

    /// All patterns without gaps that mean an identity, but for groups.
    static func withoutGaps(meaning identity: PeerIdentity) -> [IdentityPattern] {
        guard !identity.isNobody else { return [.anybody, .anonymous] }
        var kinds: [Kind] = []
        switch identity {
        case .anonymous: break
        case .preSharedKey(let bytes):
            let name = Glob(pieces: [bytes])
            kinds = [.key(name), .name(name)]
        case .certificate(let certificate):
            kinds.append(.fingerprint(certificate.fingerprint))
            if let commonName = certificate.commonName {
                let name = Glob(pieces: [Array(commonName.utf8)])
                kinds += [.certificate(name), .name(name)]
            }
            for name in certificate.alternativeNames {
                if let bytes = name.dnsBytes { kinds.append(.dns(Glob(pieces: [bytes]))) }
                if let bytes = name.uriBytes { kinds.append(.uri(Glob(pieces: [bytes]))) }
            }
        }
        return [.anybody, .authenticated] + kinds.map { IdentityPattern(kind: $0, description: "") }
    }
}
