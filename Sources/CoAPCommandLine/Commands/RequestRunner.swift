// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import SenML

/// Makes one request and shows its response: what all request commands have in common.
struct RequestRunner {
    var uri: String
    var method: CoAP.Method
    var credentials: CredentialOptions
    var options: RequestOptions
    /// Puts the body into the request.
    var body: (inout Request) throws(CoAPError) -> Void = { (_: inout Request) throws(CoAPError) in }

    /// Runs the request; throws ``Finished`` for a response that is no success.
    func run() async throws {
        let uri = try CoAPURI(uri)
        var request = Request(method: method)
        request.options.uriPath = uri.path
        request.options.uriQuery = uri.query
        try options.apply(to: &request)
        try body(&request)
        let security = try credentials.security(for: uri)
        let configuration = try options.configuration()
        let transcript = Transcript(isOn: options.verbose)
        transcript.connecting(uri, security)
        let toSend = request
        let (response, info, duration) = try await CoAPClient.withSession(
            to: uri, security: security, configuration: configuration
        ) { session in
            let info = await session.connectionInfo
            transcript.connected(info)
            transcript.sending(toSend, confirmable: !options.nonConfirmable)
            let started = ContinuousClock.now
            let response = try await session.request(toSend, confirmable: !options.nonConfirmable)
            let duration = ContinuousClock.now - started
            transcript.received(response, after: duration)
            return (response, info, duration)
        }
        try show(request, response, uri, info, duration)
        let status = ExitStatus.status(of: response.code)
        if status != 0 { throw Finished(status: status) }
    }

    private func show(
        _ request: Request, _ response: Response, _ uri: CoAPURI, _ info: ConnectionInfo, _ duration: Duration
    ) throws {
        if options.json {
            let object = ResponseJSON.object(request, response, uri: uri, info: info, duration: duration)
            Terminal.write(object.pretty + "\n")
            return
        }
        guard response.code.isSuccess else {
            let text = PrintableText.escaped(response.payload)
            Terminal.complain("\(response.code)" + (text.isEmpty ? "" : ": \(text)"))
            return
        }
        if let output = options.output {
            do {
                try Data(response.payload).write(to: URL(fileURLWithPath: output), options: .atomic)
            } catch {
                throw OutputError(message: "\(output) cannot be written: check the folder and your rights in it")
            }
        } else if options.raw {
            Terminal.write(response.payload)
        } else {
            Terminal.write(BodyRenderer(terminal: .output).render(response.payload, response.contentFormat))
        }
        let location = response.options.locationPath
        if response.code == .created, !location.isEmpty {
            var created = CoAPURI(scheme: uri.scheme, host: uri.host, port: uri.port, path: location)
            created.query = response.options.locationQuery
            Terminal.writeError("created \(created)\n")
        }
    }
}
