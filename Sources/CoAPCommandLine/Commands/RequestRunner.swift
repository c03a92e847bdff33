// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// Makes one request and shows its response: what all request commands have in common.
struct RequestRunner {
    var uri: CoAPURI
    var method: CoAP.Method
    var credentials: CredentialOptions
    var options: RequestOptions
    /// How the bodies are protected; not at all.
    var digest: DigestOptions?
    /// What to tell a person when the response lists nothing.
    var ifEmpty: String?
    /// Which links of a list are shown: all.
    var filterLinks: (LinkFormat) -> LinkFormat = { $0 }
    /// How a list of links is shown; returns nil when there is none to show. Without it they are a table.
    var renderLinks: ((LinkFormat) -> String?)?
    /// Puts the body into the request, or hands back one that is too long to be held.
    var body: (inout Request) throws(CoAPError) -> InputBody? = { (_: inout Request) throws(CoAPError) in nil }

    /// Runs the request; throws ``Finished`` for a response that is no success.
    func run() async throws {
        var request = Request(method: method)
        request.options.uriPath = uri.path
        request.options.uriQuery = uri.query
        try options.apply(to: &request)
        try options.checkOutput()
        var configuration = try RequestOptions.configuration(
            timeout: options.timeout, blockSize: options.blockSize)
        try digest?.apply(to: &request.options, &configuration)
        let security = try credentials.security(for: uri)
        // Last, as it may wait for the standard input.
        let stream = try body(&request)
        if request.options.contains(.payloadDigest) { try stream?.requireRewinding() }
        configuration.capture = try options.capture.start()
        let transcript = Transcript(isOn: options.verbose)
        transcript.connecting(uri, security, authorities: try credentials.authoritiesPath())
        try await transcript.looksUp(uri, deadline: configuration.handshakeTimeout)
        do {
            try await run(request, stream, security, configuration, transcript)
        } catch let error as CoAPError {
            throw credentials.explained(error, security)
        }
    }

    private func run(
        _ request: Request, _ stream: InputBody?, _ security: ClientSecurity, _ configuration: ClientConfiguration,
        _ transcript: Transcript
    ) async throws {
        let (exchange, info, duration) = try await CoAPClient.withSession(
            to: uri, security: security, configuration: configuration
        ) { session in
            let info = await session.connectionInfo
            transcript.connected(info)
            let request = try await Self.signed(session.asSent(request), stream, on: session)
            transcript.sending(request, confirmable: !options.nonConfirmable, isStreamed: stream != nil)
            let meter = TransferMeter()
            defer { meter.end() }
            let started = ContinuousClock.now
            let exchange = try await Exchange(
                request, stream, on: session, confirmable: !options.nonConfirmable,
                // Together with the rest the body is shown, so it has to be there.
                output: options.json ? nil : options.output, meter: meter)
            let duration = ContinuousClock.now - started
            transcript.received(exchange.response, size: exchange.size, after: duration)
            return (exchange, info, duration)
        }
        let response = exchange.response
        let status = ExitStatus.status(of: response.code)
        if status == 0, let output = options.output, !exchange.isWritten {
            if response.code == .valid {
                Terminal.complain(
                    "\(response.code): the copy that was asked about is still right, so nothing was written")
            } else {
                try OutputFile.write(response.payload, to: output)
            }
        }
        Self.warn(of: exchange.request, response)
        if options.json {
            let object = ResponseJSON.object(
                exchange.request, response, uri: uri, info: info, duration: duration, links: filterLinks)
            try Terminal.write(object.pretty + "\n")
        } else {
            try show(response, size: exchange.size)
        }
        if status != 0 { throw Finished(status: status) }
    }

    /// The request with the digest of its body, where one was asked for.
    private static func signed(
        _ request: Request, _ stream: InputBody?, on session: ClientSession
    ) async throws -> Request {
        guard let stream, request.options.payloadDigest?.value == nil, request.options.contains(.payloadDigest) else {
            return try session.signed(request)
        }
        var request = request
        request.options.payloadDigest = try await session.digest(of: stream, for: request)
        try stream.rewind()
        return request
    }

    /// Says when nothing shows that the server has looked at a body's digest.
    private static func warn(of request: Request, _ response: Response) {
        guard let asked = request.options.payloadDigest, response.code.isSuccess,
            !response.confirmsCopy(of: request), response.options.payloadDigest?.algorithm != asked.algorithm
        else { return }
        Terminal.complain("the response has no digest, so the server may not have checked the body's")
    }

    private func show(_ response: Response, size: Int) throws(OutputError) {
        guard response.code.isSuccess else {
            let text = PrintableText.escaped(response.payload)
            return Terminal.complain("\(response.code)" + (text.isEmpty ? "" : ": \(text)"))
        }
        if let renderLinks, options.output == nil, !options.raw, response.contentFormat == .linkFormat,
            let links = try? LinkFormat(parsing: response.payload)
        {
            guard let text = renderLinks(filterLinks(links)) else { return Terminal.complain(ifEmpty ?? "no links") }
            return try Terminal.write(text)
        }
        if options.output == nil {
            let body = BodyRenderer(terminal: .output)
            try Terminal.write(
                options.raw ? response.payload : body.render(response.payload, response.contentFormat))
        }
        if let ifEmpty, size == 0 { Terminal.complain(ifEmpty) }
        if let location = Self.location(of: response, to: uri) { Terminal.writeError("created \(location)\n") }
    }

    /// The URI of what a request created (RFC 7252 §5.10.7); nil when the response does not tell.
    static func location(of response: Response, to uri: CoAPURI) -> CoAPURI? {
        let path = response.options.locationPath
        let query = response.options.locationQuery
        guard response.code == .created, !path.isEmpty || !query.isEmpty else { return nil }
        return CoAPURI(scheme: uri.scheme, host: uri.host, port: uri.port, path: path, query: query)
    }
}
