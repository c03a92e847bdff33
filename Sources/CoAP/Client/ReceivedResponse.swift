// SPDX-License-Identifier: Apache-2.0

/// Tells a whole response from a part of one.
enum ReceivedResponse {
    /// The response, or why it is none that can be handed out: a block of a body is not the body (RFC 7959).
    ///
    /// A request that asks for blocks itself gets them as they come.
    static func result(_ response: Response, to request: Request, from server: @autoclosure () -> String) -> Result<
        Response, CoAPError
    > {
        if let block = response.options.uint(.block2), !request.options.contains(.block2) {
            let (number, isMore) = (block >> 4, block & 0x8 != 0)
            if number > 0 || isMore {
                return .failure(
                    CoAPError(
                        .tooLarge,
                        "\(server()) answers in blocks (RFC 7959), since the body is too large for one message; that is not "
                            + "supported yet, so ask for less"))
            }
        }
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
