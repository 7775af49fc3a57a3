/*
 * The agent of an emulated host: runs commands and opens connections for the
 * test that talks to it over TCP.  One connection is one command or one
 * relayed connection; the agent forks for each.
 *
 * A frame is a type, a length (32 bits, big endian) and so many bytes.
 *
 *   to the agent, first    x COMMAND   run it by /bin/sh -c
 *                          t COMMAND   the same on a terminal of its own
 *                          c ADDRESS   connect to unix:PATH or tcp:PORT
 *   then, for x and t      i BYTES     standard input; empty: its end
 *   from the agent         o BYTES     standard output
 *                          e BYTES     standard error
 *                          s STATUS    how it ended, as text: an exit status,
 *                                      negative for a signal; the last frame
 *                          f REASON    it could not be done; the last frame
 *
 * After `c` the answer is an empty `o`; from there on the bytes are those of
 * the connection.  A client that goes away takes its command with it, and all
 * of the command's process group; background processes of a command that
 * ended live on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_MAX 65536

static int client;
static pid_t child;

/* The client is gone, or talks nonsense: nobody is left to tell. */
static void give_up(void)
{
    if (child > 0) {
        kill(-child, SIGKILL);
    }
    _exit(1);
}

static void write_all(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size) {
        ssize_t n = write(fd, at, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            give_up();
        }
        at += n;
        size -= n;
    }
}

static void read_all(int fd, void *data, size_t size)
{
    char *at = data;

    while (size) {
        ssize_t n = read(fd, at, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            give_up();
        }
        at += n;
        size -= n;
    }
}

static void send_frame(char type, const void *data, size_t size)
{
    char head[5] = { type };
    uint32_t length = htonl(size);

    memcpy(head + 1, &length, sizeof(length));
    write_all(client, head, sizeof(head));
    write_all(client, data, size);
}

static void __attribute__((noreturn, format(printf, 2, 3)))
last_frame(char type, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    send_frame(type, text, strlen(text));
    _exit(0);
}

/* Returns the payload's size; a zero byte follows the payload. */
static size_t receive_frame(char *type, char *data)
{
    char head[5];
    uint32_t length;

    read_all(client, head, sizeof(head));
    memcpy(&length, head + 1, sizeof(length));
    length = ntohl(length);
    if (length > FRAME_MAX) {
        give_up();
    }
    read_all(client, data, length);
    data[length] = 0;
    *type = head[0];
    return length;
}

/* Pass on what can be read; false at the end of it. */
static int pass_on(int fd, char type)
{
    char data[FRAME_MAX];
    ssize_t n = read(fd, data, sizeof(data));

    if (n > 0) {
        send_frame(type, data, n);
        return 1;
    }
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/*
 * What the ended command left in a pipe.  A pipe holds 64 KiB; the bound is
 * for background processes that go on writing to it.
 */
static void drain(int fd, char type)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };

    for (int i = 0; i < 64; i++) {
        if (fd < 0 || poll(&ready, 1, 0) <= 0 || !pass_on(fd, type)) {
            return;
        }
    }
}

static void run_shell(const char *command)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(127);
}

/* Starts the command; in[0] is where its input goes, out and err come from. */
static void start(const char *command, int terminal, int *in, int *out,
                  int *err)
{
    int pipes[3][2];

    if (terminal) {
        child = forkpty(out, NULL, NULL, NULL);
        if (child == 0) {
            run_shell(command);
        }
        *in = child > 0 ? dup(*out) : -1;
        *err = -1;
    } else {
        for (int i = 0; i < 3; i++) {
            if (pipe2(pipes[i], O_CLOEXEC) < 0) {
                last_frame('f', "pipe: %s", strerror(errno));
            }
        }
        child = fork();
        if (child == 0) {
            setsid();
            dup2(pipes[0][0], 0);
            dup2(pipes[1][1], 1);
            dup2(pipes[2][1], 2);
            run_shell(command);
        }
        close(pipes[0][0]);
        close(pipes[1][1]);
        close(pipes[2][1]);
        *in = pipes[0][1];
        *out = pipes[1][0];
        *err = pipes[2][0];
    }
    if (child < 0) {
        last_frame('f', "fork: %s", strerror(errno));
    }
    fcntl(*in, F_SETFL, O_NONBLOCK);
}

static void run(const char *command, int terminal)
{
    static char input[FRAME_MAX + 1];
    size_t at = 0, size = 0;
    int in, out, err, ended, status;
    sigset_t set;
    char type;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    ended = signalfd(-1, &set, SFD_CLOEXEC);
    start(command, terminal, &in, &out, &err);

    for (;;) {
        /*
         * While input waits for the command to take it, no more is read, but
         * POLLRDHUP still tells that the client has gone.
         */
        struct pollfd fds[] = {
            { .fd = client, .events = POLLRDHUP | (at < size ? 0 : POLLIN) },
            { .fd = at < size ? in : -1, .events = POLLOUT },
            { .fd = out, .events = POLLIN },
            { .fd = err, .events = POLLIN },
            { .fd = ended, .events = POLLIN },
        };

        if (poll(fds, 5, -1) < 0) {
            continue;
        }
        if (fds[0].revents & POLLIN) {
            size = receive_frame(&type, input);
            at = 0;
            if (type != 'i') {
                give_up();
            }
            if (size == 0 && in >= 0 && !terminal) {
                close(in);
                in = -1;
            }
            if (in < 0) {
                size = 0;
            }
        } else if (fds[0].revents) {
            give_up();
        }
        if (fds[1].revents) {
            ssize_t n = write(in, input + at, size - at);

            if (n > 0) {
                at += n;
            } else if (errno != EAGAIN && errno != EINTR) {
                close(in);
                in = -1;
                size = 0;
            }
        }
        if (fds[2].revents && !pass_on(out, 'o')) {
            close(out);
            out = -1;
        }
        if (fds[3].revents && !pass_on(err, 'e')) {
            close(err);
            err = -1;
        }
        if (fds[4].revents && waitpid(child, &status, WNOHANG) == child) {
            drain(out, 'o');
            drain(err, 'e');
            child = 0;
            last_frame('s', "%d", WIFSIGNALED(status) ? -WTERMSIG(status)
                                                      : WEXITSTATUS(status));
        }
    }
}

static void relay(const char *address)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    struct sockaddr_in in = { .sin_family = AF_INET };
    char data[FRAME_MAX];
    int fd, failed;

    if (!strncmp(address, "unix:", 5) &&
        strlen(address + 5) < sizeof(un.sun_path)) {
        strcpy(un.sun_path, address + 5);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        failed = connect(fd, (struct sockaddr *)&un, sizeof(un));
    } else if (!strncmp(address, "tcp:", 4)) {
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        in.sin_port = htons(atoi(address + 4));
        fd = socket(AF_INET, SOCK_STREAM, 0);
        failed = connect(fd, (struct sockaddr *)&in, sizeof(in));
    } else {
        last_frame('f', "neither unix:PATH nor tcp:PORT");
    }
    if (failed) {
        last_frame('f', "%s", strerror(errno));
    }
    send_frame('o', "", 0);
    for (;;) {
        struct pollfd fds[] = {
            { .fd = client, .events = POLLIN },
            { .fd = fd, .events = POLLIN },
        };

        if (poll(fds, 2, -1) < 0) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            if (fds[i].revents) {
                ssize_t n = read(fds[i].fd, data, sizeof(data));

                if (n <= 0) {
                    _exit(0);
                }
                write_all(fds[!i].fd, data, n);
            }
        }
    }
}

static void serve(void)
{
    static char command[FRAME_MAX + 1];
    char type;

    receive_frame(&type, command);
    switch (type) {
    case 'x':
    case 't':
        run(command, type == 't');
        break;
    case 'c':
        relay(command);
        break;
    default:
        last_frame('f', "no such request: %c", type);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (argc < 2) {
        fprintf(stderr, "usage: agent PORT [-f]\n"
                        "-f: stay in the foreground\n");
        return 2;
    }
    address.sin_port = htons(atoi(argv[1]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
        listen(listener, 64)) {
        perror("agent: cannot listen");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (argc == 2 && daemon(0, 0)) {
        perror("agent: daemon");
        return 1;
    }
    for (;;) {
        client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) {
            continue;
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (fork() == 0) {
            signal(SIGCHLD, SIG_DFL);
            close(listener);
            serve();
        }
        close(client);
    }
}
