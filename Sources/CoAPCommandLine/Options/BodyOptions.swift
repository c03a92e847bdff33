// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// Where a request's body comes from.
struct BodyOptions: ParsableArguments {
    // Takes whatever follows: a body may well be -5.
    @Option(
        name: [.customShort("e", allowingJoined: true), .customLong("text")], parsing: .unconditional,
        help: ArgumentHelp("The body as text.", valueName: "text"))
    var text: String?

    @Option(
        name: [.customShort("f", allowingJoined: true), .long],
        help: ArgumentHelp("The file with the body; - is the standard input.", valueName: "file"), completion: .file())
    var file: String?

    @Option(
        name: [.customShort("t", allowingJoined: true), .customLong("content-format")],
        help: ArgumentHelp("The body's format; text for -e, none for -f.", valueName: "format"), completion: .formats)
    var contentFormat: String?

    /// Puts the body into a request.
    ///
    /// - Returns: a body that is too long to be held, which is then not in the request.
    /// - Throws: `CoAPError`: `invalidArgument` for contradictions, `fileUnavailable`.
    @discardableResult
    func apply(to request: inout Request, isRequired: Bool) throws(CoAPError) -> InputBody? {
        if let contentFormat { request.options.contentFormat = try RequestOptions.format(contentFormat, "-t") }
        switch (text, file) {
        case (let text?, nil):
            request.payload = Array(text.utf8)
            if contentFormat == nil { request.options.contentFormat = .text }
        case (nil, let file?):
            let stream = try InputBody(file)
            guard let whole = try stream.readWhole() else { return stream }
            request.payload = whole
        case (nil, nil):
            guard !isRequired else {
                throw CoAPError(
                    .invalidArgument,
                    "\(request.method) needs a body: give -e TEXT or -f FILE (- is the standard input)")
            }
        case (_?, _?): throw CoAPError(.invalidArgument, "there are two bodies: give -e or -f, not both")
        }
        return nil
    }
}
