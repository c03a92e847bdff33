// SPDX-License-Identifier: Apache-2.0

/// Whom a server has to be: what its certificate must name, and what it is asked for in the hello.
enum ServerName: Hashable, Sendable {
    /// A DNS name, without the dot at its end.
    case name(String)
    /// An IP address of 4 or 16 bytes.
    case address([UInt8])

    /// A URI's host. What the system takes for an address is one, `127.1` too.
    ///
    /// - Throws: `CoAPError` with code `invalidURI` for what no certificate can name.
    init(host: String) throws(CoAPError) {
        var name = host[...]
        if name.utf8.last == UInt8(ascii: ".") { name.removeLast() }
        // The system takes an asterisk for this host.
        guard !name.isEmpty, !name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "*") }) else {
            throw CoAPError(
                .invalidURI,
                "'\(PrintableText.escaped(host.utf8.prefix(64)))' is not the name of a host; write its name or address")
        }
        if let literal = Resolver.literal(host) {
            self = .address(literal.bytes)
            return
        }
        self = .name(String(name))
    }
}
