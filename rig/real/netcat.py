# SPDX-License-Identifier: GPL-2.0-or-later
"""`nc -l -p PORT` for a machine whose netcat, if any, is unknown."""

import os
import socket
import sys
import threading


def main():
    if sys.argv[1:3] != ['-l', '-p'] or len(sys.argv) != 4:
        sys.exit('usage: netcat.py -l -p PORT')
    with socket.create_server(('127.0.0.1', int(sys.argv[3]))) as server:
        sock, _ = server.accept()

    def send():
        while data := os.read(0, 65536):
            sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)

    threading.Thread(target=send, daemon=True).start()
    while data := sock.recv(65536):
        os.write(1, data)


if __name__ == '__main__':
    main()
