// SPDX-License-Identifier: Apache-2.0

extension Response {
    /// The response itself when its code is 2.xx.
    ///
    /// - Throws: ``CoAPError`` with code ``CoAPError/Code/errorResponse`` else, with the response's code in
    ///   ``CoAPError/responseCode`` and its diagnostic (RFC 7252 §5.5.2) in the message.
    @discardableResult
    public func requireSuccess() throws(CoAPError) -> Response {
        guard !code.isSuccess else { return self }
        let diagnostic = PrintableText.escaped(payload.prefix(512))
        var error = CoAPError(
            .errorResponse, "the server answered \(code)" + (diagnostic.isEmpty ? "" : ": \(diagnostic)"))
        error.responseCode = code
        throw error
    }

    /// The body of a success as a value of the type asked for, by the response's Content-Format.
    ///
    /// - Throws: ``CoAPError`` with code ``CoAPError/Code/errorResponse`` as ``requireSuccess()``;
    ///   ``CoAPError/Code/protocolError`` when the type cannot be read from that format, or the body is not of it.
    public func decode<Value: DecodableRepresentation>(_ type: Value.Type = Value.self) throws(CoAPError) -> Value {
        try requireSuccess()
        let format = contentFormat ?? Value.acceptedFormats.first ?? .octetStream
        guard Value.acceptedFormats.contains(format) else {
            let taken = Value.acceptedFormats.map(\.description).joined(separator: ", ")
            throw CoAPError(
                .protocolError,
                "the server answered with \(format), and \(Value.self) is read from \(taken): ask for one with accept")
        }
        do {
            return try Value(decoding: payload, as: format)
        } catch {
            let reason = (error as? ResponseError)?.diagnostic ?? "\(error)"
            throw CoAPError(
                .protocolError, "the server's \(format) cannot be read as \(Value.self)",
                cause: PrintableText.escaped(reason.utf8))
        }
    }
}
