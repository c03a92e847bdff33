// SPDX-License-Identifier: Apache-2.0

import CoAP

// What the options say.
extension ServerCommand {
    /// Where to listen.
    ///
    /// - Throws: `CoAPError` with code `invalidURI` or `invalidArgument` for what cannot be listened on.
    func endpoints() throws(CoAPError) -> [ServerEndpoint] {
        var endpoints: [ServerEndpoint] = []
        for text in listen.isEmpty ? ["coaps://[::]:5684"] : listen {
            guard text.contains("://") else {
                throw CoAPError(
                    .invalidURI,
                    "--listen '\(PrintableText.escaped(text.utf8))' is no endpoint: write coaps://ADDRESS:PORT, such as "
                        + "coaps://[::]:5684")
            }
            let endpoint = try ServerEndpoint(text)
            try MulticastAddress.refuse(endpoint.scheme, endpoint.host)
            let isTaken = endpoints.contains {
                endpoint.port != 0 && $0.port == endpoint.port && $0.host == endpoint.host
            }
            guard !isTaken else {
                throw CoAPError(
                    .invalidArgument,
                    "--listen '\(PrintableText.escaped(text.utf8))': another --listen has this address and port; leave one "
                        + "out, or give it another port")
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    /// The limits, and the groups that are answered.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for groups without a plain endpoint, and for what is no rate.
    func configuration(_ endpoints: [ServerEndpoint]) throws(CoAPError) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        if let leisure {
            guard leisure >= 0, leisure <= 3600 else {
                throw CoAPError(.invalidArgument, "--leisure takes seconds, from 0 to 3600")
            }
            configuration.multicastLeisure = .seconds(leisure)
        }
        var digestKeys: [DigestKey] = []
        for text in digestKey { digestKeys.append(try DigestKeyText.key(text)) }
        configuration.digestKeys = try DigestKeyTable(digestKeys)
        if let addressRate {
            configuration.addressRate = try RequestRateText.parse(addressRate, of: "--address-rate")
        }
        if let identityRate {
            configuration.identityRate = try RequestRateText.parse(identityRate, of: "--identity-rate")
        }
        guard multicast else { return configuration }
        guard endpoints.contains(where: { $0.scheme == .coap }) else {
            throw CoAPError(
                .invalidArgument,
                "--multicast needs a plain endpoint, as DTLS speaks to one host: add --listen coap://[::]:5683")
        }
        configuration.multicastGroups = [.allCoAPNodes, .allCoAPNodesOfLink, .allCoAPNodesOfSite]
        return configuration
    }
}
