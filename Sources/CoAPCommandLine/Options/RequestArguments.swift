// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// What every request command takes: the resource, how to ask, who asks.
struct RequestArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The resource, coaps://host:port/path?query.", valueName: "uri"))
    var uri: String

    @OptionGroup(title: "Request")
    var request: RequestOptions

    @OptionGroup(title: "Integrity")
    var digest: DigestOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Makes the request and shows the response.
    ///
    /// - Parameters:
    ///   - body: nil for methods without one.
    ///   - isBodyRequired: whether a request without body is refused.
    func run(_ method: CoAP.Method, body: BodyOptions? = nil, isBodyRequired: Bool = false) async throws {
        let readers = [
            ("--psk-file -", credentials.pskFile == "-"), ("-f -", body?.file == "-"),
            ("--digest-key", digest.usesStandardInput),
        ].filter(\.1).map(\.0)
        guard readers.count < 2 else {
            throw CoAPError(
                .invalidArgument,
                "\(readers[0]) and \(readers[1]) both want the standard input; take a file for one of them")
        }
        try await RequestRunner(
            uri: try CoAPURI(uri), method: method, credentials: credentials, options: request, digest: digest,
            body: { (request: inout Request) throws(CoAPError) in
                try body?.apply(to: &request, isRequired: isBodyRequired)
            }
        ).run()
    }
}
