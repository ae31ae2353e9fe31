// A real web server for tests: nginx in a folder of its own, with certificates made for it.
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vigie {

/// A folder that ends with the test.
class scratch_folder {
public:
  scratch_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "vigie-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string read(const std::string& name) const {
    std::ifstream in{at(name), std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{at(name), std::ios::binary} << text;
  }
  /// A program in the folder, its arguments parted by blanks; throws if it fails.
  void run(const std::string& command) const {
    std::istringstream words{command};
    std::vector<std::string> argv{std::istream_iterator<std::string>{words}, {}};
    std::vector<char*> pointers;
    for (auto& x : argv)
      pointers.push_back(x.data());
    pointers.push_back(nullptr);
    auto log = at("command.log");
    auto pid = ::fork();
    if (pid == 0) {
      auto fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      if (fd >= 0 && ::dup2(fd, 1) == 1 && ::dup2(fd, 2) == 2 && ::chdir(path_.c_str()) == 0)
        ::execvp(pointers[0], pointers.data());
      ::_exit(127);
    }
    int status = 1;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
      throw std::runtime_error(command + "\n" + read("command.log"));
  }

private:
  std::filesystem::path path_;
};

/// Serves the folder's files on a free port of 127.0.0.1; /who answers with the HTTP version and the connection's
/// number. A file x.gz, x.br or x.zst is the packed form of a page: it has that Content-Encoding.
class nginx_server {
public:
  /// tls: by localhost.pem and localhost.key of the folder (make_certificates).
  nginx_server(const scratch_folder& folder, bool tls) : folder_(folder), tls_(tls) {
    listen();
    folder_.write("nginx.conf", config());
    // nginx takes listeners over that its environment names, so no port has to be guessed.
    auto inherited = std::to_string(listener_) + ";";
    pid_ = ::fork();
    if (pid_ < 0)
      throw std::runtime_error("no process for nginx");
    if (pid_ == 0) {
      ::setenv("NGINX", inherited.c_str(), 1);
      ::execlp("nginx", "nginx", "-p", folder_.at("").c_str(), "-c", folder_.at("nginx.conf").c_str(), "-e",
               "error.log", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(listener_);
  }
  nginx_server(const nginx_server&) = delete;
  nginx_server& operator=(const nginx_server&) = delete;
  ~nginx_server() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  int port() const { return port_; }
  std::string url(const std::string& path) const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
  }

private:
  void listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    // Requests that come before nginx runs wait in the backlog.
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(at.sin_port);
  }

  std::string config() const {
    std::string packed;
    for (auto [ending, encoding] : {std::pair{"gz", "gzip"}, std::pair{"br", "br"}, std::pair{"zst", "zstd"}})
      packed += std::string{"location ~ \\."} + ending + "$ { add_header Content-Encoding " + encoding + "; }\n";
    auto tls = tls_ ? " ssl http2;\nssl_certificate localhost.pem;\nssl_certificate_key localhost.key" : "";
    // The folder is ours alone, also where root's workers would become somebody else.
    return std::string{::geteuid() == 0 ? "user root;\n" : ""} +
           "daemon off;\nworker_processes 1;\npid nginx.pid;\nevents { worker_connections 256; }\n"
           "http {\naccess_log off;\ndefault_type text/plain;\nclient_body_temp_path t1;\nproxy_temp_path t2;\n"
           "fastcgi_temp_path t3;\nuwsgi_temp_path t4;\nscgi_temp_path t5;\n"
           "server {\nlisten 127.0.0.1:" +
           std::to_string(port_) + tls + ";\nroot " + folder_.at("") +
           ";\nlocation = /who { return 200 \"$server_protocol $connection\"; }\n" + packed + "}\n}\n";
  }

  const scratch_folder& folder_;
  bool tls_;
  int port_ = 0;
  int listener_ = -1;
  pid_t pid_ = -1;
};

/// ca.pem, which signs localhost.pem and .key (for 127.0.0.1 and localhost); other.pem, which signs nothing.
inline void make_certificates(const scratch_folder& folder) {
  std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ";
  folder.run("openssl req -x509" + key + "-subj /CN=test-ca -keyout ca.key -out ca.pem");
  folder.run("openssl req -x509" + key + "-subj /CN=other-ca -keyout other.key -out other.pem");
  folder.run("openssl req -x509 -CA ca.pem -CAkey ca.key" + key +
             "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext "
             "basicConstraints=critical,CA:FALSE -keyout localhost.key -out localhost.pem");
}

} // namespace vigie
