// SPDX-License-Identifier: Apache-2.0

/// Tells a response from what is none.
enum ReceivedResponse {
    /// The response, be it one block of a body, or why it is none (RFC 7959).
    static func result(_ response: Response, to request: Request, from server: @autoclosure () -> String) -> Result<
        Response, CoAPError
    > {
        if response.code == .continue, !request.options.contains(.block1) {
            return .failure(
                CoAPError(
                    .protocolError,
                    "\(server()) asks for the next block of a body that was sent whole: it breaks the protocol (RFC 7959)"
                ))
        }
        return .success(response)
    }
}
